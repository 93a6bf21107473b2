/**
 * The permutation that costs least: row i goes to column result[i].
 *
 * Shortest augmenting paths with dual prices (Jonker and Volgenant 1987; Crouse 2016), exact, in O(n³) at most.
 *
 * @param cost - `[n, n]`, row-major
 * @throws RangeError if the costs are not n² finite numbers
 */
export function assignment(cost: Float64Array, n: number): Uint32Array {
  if (cost.length !== n * n || !cost.every(Number.isFinite)) {
    throw new RangeError(`assignment: expected ${n}×${n} finite costs, got ${cost.length} values${cost.length === n * n ? ", some not finite" : ""}`);
  }
  const search = searchState(n);
  for (let row = 0; row < n; row++) augment(cost, n, search, row);
  const columns = new Uint32Array(n);
  search.rowOf.forEach((row, column) => (columns[row] = column));
  return columns;
}

interface Search {
  /** Prices of rows and columns: cost − u − v is 0 on assigned pairs and nowhere below. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** The row of each column, −1 for none. */
  readonly rowOf: Int32Array;
  /** Length of the shortest path to each column, and the column before it on that path. */
  readonly distance: Float64Array;
  readonly before: Int32Array;
  readonly done: Uint8Array;
}

const searchState = (n: number): Search => ({
  u: new Float64Array(n),
  v: new Float64Array(n),
  rowOf: new Int32Array(n).fill(-1),
  distance: new Float64Array(n),
  before: new Int32Array(n),
  done: new Uint8Array(n),
});

/** Gives a free row a column, moving others along the shortest alternating path (Dijkstra over reduced costs). */
function augment(cost: Float64Array, n: number, search: Search, free: number): void {
  const { u, v, rowOf, distance, before, done } = search;
  distance.fill(Infinity);
  before.fill(-1);
  done.fill(0);
  let [row, column, length] = [free, -1, 0];
  for (;;) {
    const base = length - (u[row] ?? 0);
    let nearest = -1;
    let least = Infinity;
    for (let j = 0, at = row * n; j < n; j++) {
      if (done[j] === 1) continue;
      const through = base + (cost[at + j] ?? 0) - (v[j] ?? 0);
      if (through < (distance[j] ?? 0)) {
        distance[j] = through;
        before[j] = column;
      }
      if ((distance[j] ?? 0) < least) {
        least = distance[j] ?? 0;
        nearest = j;
      }
    }
    column = nearest;
    length = least;
    done[column] = 1;
    const next = rowOf[column] ?? -1;
    if (next < 0) break;
    row = next;
  }
  reprice(search, free, length);
  // Shift the rows along the path, from its end.
  for (let j = column; j >= 0; ) {
    const previous = before[j] ?? -1;
    rowOf[j] = previous < 0 ? free : (rowOf[previous] ?? -1);
    j = previous;
  }
}

/** Prices after a search of this length, before the pairs move. */
function reprice({ u, v, rowOf, distance, done }: Search, free: number, length: number): void {
  u[free] = (u[free] ?? 0) + length;
  for (let j = 0; j < done.length; j++) {
    if (done[j] !== 1) continue;
    const slack = length - (distance[j] ?? 0);
    v[j] = (v[j] ?? 0) - slack;
    const row = rowOf[j] ?? -1;
    if (row >= 0) u[row] = (u[row] ?? 0) + slack;
  }
}
