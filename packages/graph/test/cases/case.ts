/** @file What the conformance suite knows of an op: one row in a file of its family beside this. */
import type { DType, Tensor } from "@fluxion/graph";

/** A further operand without derivatives, such as indices. */
export interface FixedOperand {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Where an elementwise op may differ from the interpreter at extreme values. A reason that no longer holds fails. */
export interface Exception {
  readonly when: (...values: number[]) => boolean;
  readonly because: string;
}

/** One way to call an op. Only `shapes` and `call` are needed; the rest says what is special. */
export interface Case {
  /** Shapes of the float operands, which derivatives are taken in. */
  readonly shapes: readonly (readonly number[])[];
  readonly fixed?: readonly FixedOperand[];
  /** Float operands first, then the fixed ones. */
  readonly call: (...operands: Tensor[]) => Tensor;
  /** Float operands stay above 0. */
  readonly positive?: boolean;
  /** The values in closed form, written without the engine: operands and result as flat lists. */
  readonly expected?: (...operands: readonly (readonly number[])[]) => readonly number[];
  /**
   * The op works on each element alone and takes operands of any shapes that broadcast, so that the suite may choose
   * shapes and extreme values. `f` is one element in closed form.
   */
  readonly elementwise?: { readonly f?: ((...values: number[]) => number) | undefined; readonly exceptions?: readonly Exception[] };
  /**
   * Which operands (fixed ones counted after the others) have the batch as their leading axis, which is then given a
   * name; or the reason why there is none. Default: all float operands whose leading axis is as long as the first's.
   */
  readonly batch?: readonly number[] | string | undefined;
  /** Whether int32 and int64 operands are taken too. Default false. */
  readonly integers?: boolean;
}

/** A row by the name of the exported function; several ways to call it are told apart as `name: way`. */
export type Cases = Readonly<Record<string, Case>>;

/** An elementwise op of one operand, and what it computes. */
export const unary = (call: (x: Tensor) => Tensor, f?: (x: number) => number, positive = false): Case => ({
  shapes: [[2, 3]],
  call: (x) => call(x),
  positive,
  elementwise: { f },
});

/** An elementwise op of two operands that broadcast. */
export const binary = (call: (a: Tensor, b: Tensor) => Tensor, f?: (a: number, b: number) => number, positive = false): Case => ({
  shapes: [[2, 3], [1, 3]],
  call: (a, b) => call(a, b),
  positive,
  elementwise: { f },
});

/** A row that takes integers too. */
export const integers = (row: Case): Case => ({ ...row, integers: true });

/** A row that may differ at extreme values. */
export const except = (row: Case, when: Exception["when"], because: string): Case => ({
  ...row,
  elementwise: { ...row.elementwise, exceptions: [...(row.elementwise?.exceptions ?? []), { when, because }] },
});
