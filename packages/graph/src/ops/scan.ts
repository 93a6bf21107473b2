import { nd } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { applyOp, defineOp } from "../op.ts";
import { only } from "../tensor.ts";
import type { Op } from "../tensor.ts";
import { dimAt, formatShape, sameShape } from "../shape.ts";
import type { Dim } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { closeOver, traceBody } from "../body.ts";
import type { Body } from "../tensor.ts";
import { interpretBody } from "../interpreter.ts";

/** Inputs are the carry, the sliced sequences, then what the body captures. */
export interface ScanAttrs {
  readonly body: Body;
  readonly carries: number;
  readonly sequences: number;
  readonly length: Dim;
}

const typeOf = ({ shape, dtype }: TensorType): TensorType => ({ shape, dtype });

export const scanOp: Op<ScanAttrs> = defineOp<ScanAttrs>({
  name: "scan",
  infer: (_inputs, { body, carries, length }) =>
    body.outputs.map((out, i) =>
      i < carries ? typeOf(out) : { shape: [length, ...out.shape], dtype: out.dtype },
    ),
  evaluate: (inputs, attrs, run) => {
    const { body, carries, sequences } = attrs;
    const [length = 0] = run.resolve([attrs.length]);
    let carry = inputs.slice(0, carries);
    const xs = inputs.slice(carries, carries + sequences);
    const captured = inputs.slice(carries + sequences);
    const ys: NdArray[][] = [];
    for (let i = 0; i < length; i++) {
      const out = interpretBody(body, [...carry, ...xs.map((x) => rowOf(x, i)), ...captured], run);
      carry = out.slice(0, carries);
      ys.push(out.slice(carries));
    }
    const stacked = body.outputs.slice(carries).map((out, j) => stackRows(ys.map((row) => row[j]), run.resolve(out.shape)));
    return [...carry, ...stacked];
  },
  lower: (emitter, node, inputs) => {
    const { body, carries, sequences } = node.attrs;
    const own = carries + sequences;
    const graph = emitter.body(body, own, inputs.slice(own));
    return emitter.emitMany("Scan", inputs.slice(0, own), node.outputs.length, {
      body: { graph },
      num_scan_inputs: sequences,
    });
  },
  notDifferentiable: "derivatives of scan are not available yet; differentiate inside its body",
  bodies: { of: ({ body }) => [body], with: (attrs, [body = attrs.body]) => ({ ...attrs, body }) },
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
export interface ScanInputs {
  /** The state before the first step. */
  readonly carry: readonly Tensor[];
  /** Sequences: their first axis, of equal length, is the step. At least one. */
  readonly xs: readonly Tensor[];
}

/** What a step of a scan gives. */
export interface ScanStep {
  /** The next state: as many tensors as came, of the same types. */
  readonly carry: readonly Tensor[];
  /** Values to collect along a new first axis. */
  readonly ys: readonly Tensor[];
}

/** What a scan gives: the last state, and the collected values `[length, ...]`. */
export interface ScanResult {
  readonly carry: Tensor[];
  readonly ys: Tensor[];
}

/**
 * A loop over the first axis of `xs` in one program: `carry, y = body(carry, x[i])`.
 *
 * Tensors from outside the body may be used in it; what does not depend on the loop is computed once, outside.
 *
 * @throws RangeError if lengths differ or are 0, or the body changes the type of the carry
 */
export function scan(
  { carry, xs }: ScanInputs,
  body: (carry: Tensor[], x: Tensor[]) => ScanStep,
): ScanResult {
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
  if (length === 0) throw new RangeError("scan: expected at least one step, got xs of length 0; use the carry as it is");
  const types = [...carry.map(typeOf), ...xs.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }))];
  let collected = 0;
  const open = traceBody("scan", types, (inputs) => {
    const step = body(inputs.slice(0, carry.length), inputs.slice(carry.length));
    checkCarry(carry, step.carry);
    collected = step.ys.length;
    return [...step.carry, ...step.ys];
  });
  const { body: closed, captures } = closeOver(open);
  const attrs: ScanAttrs = { body: closed, carries: carry.length, sequences: xs.length, length };
  const outputs = applyOp(scanOp, attrs, [...carry, ...xs, ...captures]);
  return { carry: outputs.slice(0, carry.length), ys: outputs.slice(carry.length, carry.length + collected) };
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
