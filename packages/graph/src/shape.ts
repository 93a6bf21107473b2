/**
 * @file Shapes with named dimensions: a dimension is a number, a symbol such as `"batch"`, or a multiple of one
 * (`"3*batch"`), which is what merging a leading axis into a named one yields.
 */

/** A dimension: a size, a named symbol, or a multiple of a named symbol such as `"2*batch"`. */
export type Dim = number | string;

/** The dimensions of a tensor, outermost first. */
export type Shape = readonly Dim[];

/** A dimension taken apart: `factor * symbol`. */
interface Term {
  readonly factor: number;
  readonly symbol: string | undefined;
}

/** The dimension of a foreign model that says nothing: any size, not the same in two places. */
export const anySize = "?";

/** Splits a dimension into its numeric factor and its symbol, which in foreign models may be any text. */
export function termOf(dim: Dim): Term {
  if (typeof dim === "number") return { factor: dim, symbol: undefined };
  const star = dim.indexOf("*");
  const factor = star < 0 ? NaN : Number(dim.slice(0, star));
  return factor > 0 ? { factor, symbol: dim.slice(star + 1) } : { factor: 1, symbol: dim };
}

/** `factor * symbol` as a dimension. */
export function dimOf({ factor, symbol }: Term): Dim {
  if (symbol === undefined || factor === 0) return factor;
  return factor === 1 ? symbol : `${String(factor)}*${symbol}`;
}

/** Refuses what is no dimension: negative or fractional sizes, ill-formed symbols. */
export function checkShape(where: string, shape: Shape): void {
  for (const dim of shape) {
    const ok =
      typeof dim === "number" ? Number.isInteger(dim) && dim >= 0 : /^([1-9]\d*\*)?[A-Za-z_]\w*$/.test(dim);
    if (!ok) {
      throw new RangeError(
        `${where}: expected dimensions that are whole numbers from 0 or names such as "batch", got ${formatShape(shape)}`,
      );
    }
  }
}

/** The number of elements of a shape: a numeric factor, and the names it is multiplied with, in order. */
export function sizeTerms(shape: Shape): { readonly factor: number; readonly symbols: readonly string[] } {
  const terms = shape.map(termOf);
  return {
    factor: terms.reduce((product, term) => product * term.factor, 1),
    symbols: terms.flatMap(({ symbol }) => (symbol === undefined ? [] : [symbol])),
  };
}

/** The product of dimensions; at most one of them may carry a symbol. */
export function productOf(where: string, dims: Shape): Dim {
  const { factor, symbols } = sizeTerms(dims);
  if (symbols.length > 1) {
    throw new RangeError(
      `${where}: the sizes of ${formatShape(dims)} cannot be multiplied, two of them are named; make one a number`,
    );
  }
  return dimOf({ factor, symbol: symbols[0] });
}

/** `a / b` where it is a dimension, otherwise undefined. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  const x = termOf(a);
  const y = termOf(b);
  if (y.symbol !== undefined && y.symbol !== x.symbol) return undefined;
  const factor = x.factor / y.factor;
  if (!Number.isInteger(factor)) return undefined;
  return dimOf({ factor, symbol: y.symbol === undefined ? x.symbol : undefined });
}

/** `a + b` where it is a dimension: numbers, or multiples of one name; otherwise undefined. */
export function addDims(a: Dim, b: Dim): Dim | undefined {
  const x = termOf(a);
  const y = termOf(b);
  if (x.factor === 0) return b;
  if (y.factor === 0) return a;
  return x.symbol === y.symbol ? dimOf({ factor: x.factor + y.factor, symbol: x.symbol }) : undefined;
}

/** `a − b` where it is a dimension, so where `a` is at least `b`; otherwise undefined. */
export function subtractDims(a: Dim, b: Dim): Dim | undefined {
  const x = termOf(a);
  const y = termOf(b);
  if (y.factor === 0) return a;
  if (x.symbol !== y.symbol || x.factor < y.factor) return undefined;
  return dimOf({ factor: x.factor - y.factor, symbol: x.symbol });
}

/** Whether two shapes are the same, symbols by name. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `[batch, 2]`, as error messages print it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Whether every dimension is a number. */
export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === "number");
}

/** The number of elements of a shape without symbols. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** Counts elements of shapes; named dimensions have the sizes given, those left out count as 1. */
export function elementCount(sizes: Readonly<Record<string, number>>): (shape: Shape) => number {
  return (shape) =>
    shape.reduce<number>((total, dim) => {
      const { factor, symbol } = termOf(dim);
      return total * factor * (symbol === undefined ? 1 : (sizes[symbol] ?? 1));
    }, 1);
}

/** The dimension at `axis`, which the caller has checked. */
export function dimAt(shape: Shape, axis: number): Dim {
  const dim = shape[axis];
  if (dim === undefined) throw new RangeError(`internal: no axis ${String(axis)} in ${formatShape(shape)}`);
  return dim;
}

/** The numeric dimension at `axis`; a named one is refused. */
export function staticDim(where: string, shape: Shape, axis: number): number {
  const dim = dimAt(shape, axis);
  if (typeof dim !== "number") {
    throw new RangeError(
      `${where}: axis ${String(axis)} of ${formatShape(shape)} must have a known size, "${dim}" is named; trace with a number there`,
    );
  }
  return dim;
}

/** Resolves a possibly negative axis of a tensor of rank `rank`. */
export function resolveAxis(where: string, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new RangeError(
      `${where}: expected an axis from ${String(-rank)} to ${String(rank - 1)}, got ${String(axis)}`,
    );
  }
  return resolved;
}

/** The shape of a broadcast of shapes, aligned at the last axis (NumPy's rule). */
export function broadcastShapes(where: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    let out: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[i - (rank - shape.length)] ?? 1;
      if (dim === 1 || dim === out) continue;
      if (out !== 1) {
        throw new RangeError(
          `${where}: shapes ${shapes.map(formatShape).join(" and ")} do not broadcast: ${String(out)} against ${String(dim)}`,
        );
      }
      out = dim;
    }
    return out;
  });
}
