/** @file Point clouds, and the frame they are seen in. */

/** Points; what sampling returns fits. */
export interface PointCloud {
  /** `[n, dimension]`, row-major. */
  readonly values: ArrayLike<number>;
  /** `[n, dimension]` */
  readonly shape: readonly number[];
}

/** An interval, low to high. */
export type Interval = readonly [number, number];

/** The part of the plane that a panel shows. */
export interface Frame {
  readonly x: Interval;
  readonly y: Interval;
}

/**
 * Number of points and of coordinates.
 * @throws RangeError for a shape that is not `[n, dimension]` or that the values do not fill
 */
export function cloudLengths(name: string, { values, shape }: PointCloud): { readonly count: number; readonly dimension: number } {
  const [count = 0, dimension = 0] = shape;
  if (shape.length !== 2 || count < 1 || dimension < 1 || count * dimension !== values.length) {
    throw new RangeError(
      `${name}: expected points [n, dimension], got shape [${shape.join(", ")}] with ${values.length} values; give the shape of the values`,
    );
  }
  return { count, dimension };
}

/** One coordinate of all points. */
export function column({ values, shape }: PointCloud, index: number): Float64Array {
  const [count = 0, dimension = 1] = shape;
  return Float64Array.from({ length: count }, (_, i) => values[i * dimension + index] ?? NaN);
}

/**
 * The interval that holds all values but a share at either end, and a little more: a stray point does not shrink the
 * picture.
 */
export function robustInterval(values: readonly ArrayLike<number>[], tail = 0.001): Interval {
  const parts = values.map((part) => Float64Array.from(part).filter(Number.isFinite).sort());
  const lows = parts.map((part) => quantile(part, tail));
  const highs = parts.map((part) => quantile(part, 1 - tail));
  const [low, high] = [Math.min(...lows), Math.max(...highs)];
  if (!(low < high)) return Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
  const margin = 0.06 * (high - low);
  return [low - margin, high + margin];
}

/** The frame of several clouds: equal scales where the data allows (coordinates within a factor of four). */
export function frameOf(clouds: readonly PointCloud[], tail?: number): Frame {
  const x = robustInterval(clouds.map((cloud) => column(cloud, 0)), tail);
  const y = robustInterval(clouds.map((cloud) => column(cloud, 1)), tail);
  const [width, height] = [x[1] - x[0], y[1] - y[0]];
  if (Math.max(width / height, height / width) > 4) return { x, y };
  const half = Math.max(width, height) / 2;
  return { x: around(x, half), y: around(y, half) };
}

/** The value below which a share of sorted numbers lies; NaN if there are none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
}

function around([low, high]: Interval, half: number): Interval {
  const middle = (low + high) / 2;
  return [middle - half, middle + half];
}
