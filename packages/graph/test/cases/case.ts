/** @file What the conformance suite knows of an op: one row in a file of its family beside this. */
import type { DType, Tensor } from "@fluxion/graph";

/** One way to call an op. */
export interface Case {
  /** Shapes of the float operands, which derivatives are taken in. */
  readonly shapes: readonly (readonly number[])[];
  /** Further operands without derivatives, such as indices: their type, shape and values. */
  readonly fixed?: readonly { readonly dtype: DType; readonly shape: readonly number[]; readonly values: readonly number[] }[];
  /** Float operands first, then the fixed ones. */
  readonly call: (...operands: Tensor[]) => Tensor;
  /** Float operands stay above 0. */
  readonly positive?: boolean;
  /** The values in closed form, written without the engine: operands and result as flat lists. */
  readonly expected?: (...operands: readonly (readonly number[])[]) => readonly number[];
}

/** A row by the name of the exported function; several ways to call it are told apart as `name: way`. */
export type Cases = Readonly<Record<string, Case>>;

/** An elementwise op of one operand, and what it computes. */
export const unary = (call: (x: Tensor) => Tensor, f?: (x: number) => number, positive = false): Case => ({
  shapes: [[2, 3]],
  call: (x) => call(x),
  positive,
  ...(f && { expected: (x = []) => x.map(f) }),
});

/** An elementwise op of two operands that broadcast. */
export const binary = (call: (a: Tensor, b: Tensor) => Tensor, f?: (a: number, b: number) => number, positive = false): Case => ({
  shapes: [[2, 3], [1, 3]],
  call: (a, b) => call(a, b),
  positive,
  ...(f && { expected: (a = [], b = []) => a.map((x, i) => f(x, b[i % 3] ?? NaN)) }),
});
