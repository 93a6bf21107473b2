import { meanAndError } from "../../flow/index.ts";
import type { Key } from "../../random/key.ts";
import { permutation } from "../../random/index.ts";
import { checkOptions, dot, rowPairOf, takeRows } from "../samples.ts";
import { wholeFrom } from "../../whole-from.ts";
import type { Rows, SampleSet } from "../samples.ts";

/** Options of `kernelDistance`. */
export interface KernelDistanceOptions {
  /** Names the shuffle that cuts the sets into blocks. */
  readonly key: Key;
  /** Examples of either set in a block, from 2. Default: a tenth of the smaller set, at most 1000. */
  readonly blockSize?: number | undefined;
}

/** An unbiased squared distance. */
export interface KernelDistance {
  /** May be below 0, where the sets are alike. */
  readonly value: number;
  /** Of the value, over blocks; NaN for one block. */
  readonly standardError: number;
  readonly blocks: number;
}

/**
 * The squared maximum mean discrepancy with the cubic kernel (x·y/d + 1)³, unbiased: KID, where the sets are features
 * (Bińkowski et al. 2018, §4).
 *
 * Its mean over disjoint blocks of both sets (Zaremba et al. 2013): blocks are independent, so their spread gives an
 * honest standard error, which the spread of overlapping subsets does not.
 *
 * @throws RangeError if dimensions differ or a set is smaller than a block
 */
export function kernelDistance(a: SampleSet, b: SampleSet, options: KernelDistanceOptions): KernelDistance {
  checkOptions("kernelDistance", options, ["key", "blockSize"]);
  const [first, second] = rowPairOf("kernelDistance", a, b, 2);
  const smaller = Math.min(first.n, second.n);
  const size = wholeFrom("kernelDistance: blockSize", options.blockSize ?? Math.max(2, Math.min(1000, Math.floor(smaller / 10))), 2);
  if (size > smaller) {
    throw new RangeError(`kernelDistance: blockSize: expected at most ${smaller}, the smaller set, got ${size}; draw more examples or take smaller blocks`);
  }
  const blocks = Math.floor(smaller / size);
  const shuffled = (rows: Rows, label: string) => {
    const order = permutation(options.key.child(label), rows.n);
    return (block: number): Rows => takeRows(rows, order.subarray(block * size, (block + 1) * size));
  };
  const [x, y] = [shuffled(first, "first"), shuffled(second, "second")];
  const values = Float64Array.from({ length: blocks }, (_, block) => cubicDiscrepancy(x(block), y(block)));
  const { mean, standardError } = meanAndError(values);
  return { value: mean, standardError, blocks };
}

/** The unbiased estimate of one block (Gretton et al. 2012, eq 3). */
function cubicDiscrepancy(x: Rows, y: Rows): number {
  const cube = (product: number): number => (product / x.d + 1) ** 3;
  let within = 0;
  let between = 0;
  for (let i = 0; i < x.n; i++) {
    for (let j = 0; j < i; j++) within += cube(dot(x, i, x, j)) + cube(dot(y, i, y, j));
    for (let j = 0; j < y.n; j++) between += cube(dot(x, i, y, j));
  }
  return (2 * within) / (x.n * (x.n - 1)) - (2 * between) / (x.n * y.n);
}
