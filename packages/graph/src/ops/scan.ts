import { nd } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { applyOp, defineOp } from "../op.ts";
import { nextNodeId, only } from "../tensor.ts";
import type { Body, Op, TensorsOf } from "../tensor.ts";
import { dimAt, formatShape, sameShape } from "../shape.ts";
import type { Dim } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { checkBodyInputs, closeOver, traceBody } from "../body.ts";
import { interpretBody } from "../interpreter.ts";
import { zeros } from "./fill.ts";
import { scanJvp, scanVjp } from "./scan-derivatives.ts";

/** Inputs are the carry, the sliced sequences, then what the body captures. */
export interface ScanAttrs {
  readonly body: Body;
  readonly carries: number;
  readonly sequences: number;
  readonly length: Dim;
  /** From the last element of the sequences to the first; what is collected stays in the order of the sequences. */
  readonly reverse: boolean;
  /** Derivatives store no intermediate values but the carry, and compute the others again. */
  readonly recompute: boolean;
  /** Names the computation. */
  readonly id: number;
  /** The scan whose outputs are the first of this one's: the simplifier makes one of the two. */
  readonly extends?: number | undefined;
}

const typeOf = ({ shape, dtype }: TensorType): TensorType => ({ shape, dtype });

export const scanOp: Op<ScanAttrs> = defineOp<ScanAttrs>({
  name: "scan",
  infer: (inputs, { body, carries, sequences, length }) => {
    const isSequence = (i: number): boolean => i >= carries && i < carries + sequences;
    checkBodyInputs("scan", body, inputs.map(({ shape, dtype }, i) => ({ shape: isSequence(i) ? shape.slice(1) : shape, dtype })));
    return body.outputs.map((out, i) => (i < carries ? typeOf(out) : { shape: [length, ...out.shape], dtype: out.dtype }));
  },
  evaluate: (inputs, attrs, run) => {
    const { body, carries, sequences } = attrs;
    const [length = 0] = run.resolve([attrs.length]);
    let carry = inputs.slice(0, carries);
    const xs = inputs.slice(carries, carries + sequences);
    const captured = inputs.slice(carries + sequences);
    const ys: NdArray[][] = [];
    for (let step = 0; step < length; step++) {
      const i = attrs.reverse ? length - 1 - step : step;
      const out = interpretBody(body, [...carry, ...xs.map((x) => rowOf(x, i)), ...captured], run);
      carry = out.slice(0, carries);
      ys[i] = out.slice(carries);
    }
    const stacked = body.outputs.slice(carries).map((out, j) => stackRows(ys.map((row) => row[j]), run.resolve(out.shape)));
    return [...carry, ...stacked];
  },
  lower: (emitter, node, inputs) => {
    const { body, carries, sequences, reverse } = node.attrs;
    const own = carries + sequences;
    const graph = emitter.body(body, own, inputs.slice(own));
    return emitter.emitMany("Scan", inputs.slice(0, own), node.outputs.length, {
      body: { graph },
      num_scan_inputs: sequences,
      ...(reverse && {
        scan_input_directions: Array.from({ length: sequences }, () => 1),
        scan_output_directions: Array.from({ length: node.outputs.length - carries }, () => 1),
      }),
    });
  },
  vjp: scanVjp,
  jvp: scanJvp,
  bodies: {
    of: ({ body }) => [body],
    with: (attrs, [body = attrs.body]) => ({ ...attrs, body }),
    runs: ({ body, carries, sequences, length }) => [
      { body, times: length, state: carries, slices: sequences, captured: carries + sequences },
    ],
  },
});

function rowOf(x: NdArray, i: number): NdArray {
  const shape = x.shape.slice(1);
  const size = shape.reduce((a, b) => a * b, 1);
  return nd(shape, x.data.slice(i * size, (i + 1) * size));
}

function stackRows(rows: readonly (NdArray | undefined)[], shape: readonly number[]): NdArray {
  const out = nd([rows.length, ...shape]);
  const size = shape.reduce((a, b) => a * b, 1);
  rows.forEach((row, i) => {
    if (row) out.data.set(row.data, i * size);
  });
  return out;
}

/** What a scan starts from and reads. */
export interface ScanInputs<C extends readonly Tensor[] = readonly Tensor[], X extends readonly Tensor[] = readonly Tensor[]> {
  /** The state before the first step. */
  readonly carry: C;
  /** Sequences: their first axis, of equal length, is the step. At least one. */
  readonly xs: X;
}

/** Options of `scan`. */
export interface ScanOptions {
  /** Go from the last element to the first; `ys[i]` still belongs to `xs[i]`. Default false. */
  readonly reverse?: boolean | undefined;
  /**
   * Let derivatives store only the carry of every step and compute the step again, instead of storing all that they
   * need: less memory, about a third more work. Default false.
   */
  readonly recompute?: boolean | undefined;
}

/** What a step of a scan gives. */
export interface ScanStep<Y extends readonly Tensor[] = readonly Tensor[]> {
  /** The next state: as many tensors as came, of the same types. */
  readonly carry: readonly Tensor[];
  /** Values to collect along a new first axis. */
  readonly ys: Y;
}

/** What a scan gives: the last state, and the collected values `[length, ...]`. */
export interface ScanResult<C extends readonly Tensor[] = readonly Tensor[], Y extends readonly Tensor[] = readonly Tensor[]> {
  readonly carry: TensorsOf<C>;
  readonly ys: TensorsOf<Y>;
}

/**
 * A loop over the first axis of `xs` in one program: `carry, y = body(carry, x[i])`.
 *
 * Tensors from outside the body may be used in it; what does not depend on the loop is computed once, outside. Both
 * derivatives of a scan are scans. Over no steps the carry stays and nothing is collected.
 *
 * @throws RangeError if lengths differ, or the body changes the type of the carry
 */
export function scan<
  const C extends readonly Tensor[],
  const X extends readonly Tensor[],
  const Y extends readonly Tensor[],
>(
  { carry, xs }: ScanInputs<C, X>,
  body: (carry: TensorsOf<C>, x: TensorsOf<X>) => ScanStep<Y>,
  { reverse = false, recompute = false }: ScanOptions = {},
): ScanResult<C, Y> {
  if (xs.length === 0) throw new RangeError("scan: expected at least one sequence in xs, got none");
  if (xs.some((x) => x.rank === 0)) throw new RangeError("scan: expected xs with a first axis, got a scalar");
  const length = dimAt(only(xs).shape, 0);
  for (const x of xs) {
    if (x.shape[0] !== length) {
      throw new RangeError(
        `scan: expected xs of equal length, got ${xs.map((s) => formatShape(s.shape)).join(" and ")}`,
      );
    }
  }
  const types = [...carry.map(typeOf), ...xs.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }))];
  let collected = 0;
  const open = traceBody("scan", types, (inputs) => {
    const step = body(inputs.slice(0, carry.length) as TensorsOf<C>, inputs.slice(carry.length) as TensorsOf<X>);
    checkCarry(carry, step.carry);
    collected = step.ys.length;
    return [...step.carry, ...step.ys];
  });
  // ONNX Runtime refuses a scan over nothing.
  if (length === 0) {
    const none = open.outputs.slice(carry.length).map(({ shape, dtype }) => zeros([0, ...shape], dtype));
    return { carry: [...carry] as TensorsOf<C>, ys: none as TensorsOf<Y> };
  }
  const { body: closed, captures } = closeOver(open);
  const attrs = { body: closed, carries: carry.length, sequences: xs.length, length, reverse, recompute, id: nextNodeId() };
  const outputs = applyOp(scanOp, attrs, [...carry, ...xs, ...captures]);
  return {
    carry: outputs.slice(0, carry.length) as TensorsOf<C>,
    ys: outputs.slice(carry.length, carry.length + collected) as TensorsOf<Y>,
  };
}

function checkCarry(before: readonly Tensor[], after: readonly Tensor[]): void {
  const ok =
    before.length === after.length &&
    before.every((x, i) => x.dtype === after[i]?.dtype && sameShape(x.shape, after[i].shape));
  if (ok) return;
  throw new RangeError(
    `scan: the body must return a carry of the types it got: expected ${before.map(String).join(", ")}, got ${after.map(String).join(", ")}`,
  );
}
