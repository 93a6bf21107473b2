/** @file Where the largest and the least values stand. */
import { nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { resolveAxis, sizeOf } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Op, Tensor } from "../tensor.ts";
import { dataTypes } from "../onnx/data-types.ts";
import { requireNumber } from "./checks.ts";
import { reshape } from "./reshape.ts";

interface ArgAttrs {
  readonly axis: number;
}

function argOp(name: string, onnx: string, better: (a: number, b: number) => boolean): Op<ArgAttrs> {
  return singleOp<ArgAttrs>({
    name,
    infer: (inputs, { axis }) => {
      const x = inputOf({ inputs });
      requireNumber(name, x);
      return { shape: x.shape.map((dim, i) => (i === axis ? 1 : dim)), dtype: "int32" };
    },
    evaluate: (inputs, { axis }) => {
      const x = ndAt(inputs);
      const [dim, inner] = [x.shape[axis] ?? 1, sizeOf(x.shape.slice(axis + 1))];
      const out = nd(x.shape.map((size, i) => (i === axis ? 1 : size)));
      out.data.forEach((_, row) => {
        const base = Math.floor(row / inner) * dim * inner + (row % inner);
        let best = 0;
        for (let i = 1; i < dim; i++) if (better(x.data[base + i * inner] ?? NaN, x.data[base + best * inner] ?? NaN)) best = i;
        out.data[row] = best;
      });
      return out;
    },
    flops: (node, count) => count(inputOf(node).shape),
    lower: (emitter, { attrs }, [x = ""]) =>
      emitter.emit("Cast", [emitter.emit(onnx, [x], { axis: attrs.axis })], { to: dataTypes.int32 }),
  });
}

const argMaxOp = argOp("argMax", "ArgMax", (a, b) => a > b);
const argMinOp = argOp("argMin", "ArgMin", (a, b) => a < b);

/** Options of `argMax` and `argMin`. */
export interface ArgOptions {
  /** Keep the axis with size 1. Default false. */
  readonly keepDims?: boolean | undefined;
}

const argOver = (op: Op<ArgAttrs>) => (x: Tensor, axis = -1, { keepDims = false }: ArgOptions = {}): Tensor => {
  const at = resolveAxis(op.name, axis, x.rank);
  if (x.shape[at] === 0) {
    throw new RangeError(`${op.name}: expected at least one value, axis ${String(at)} of ${x.toString()} has none`);
  }
  const found = apply(op, { axis: at }, x);
  return keepDims ? found : reshape(found, found.shape.filter((_, i) => i !== at));
};

/** The place of the largest value along an axis (default the last) as int32, the first of equal ones; no derivative. NaN leaves it open. */
export const argMax = argOver(argMaxOp);

/** The place of the least value along an axis (default the last) as int32, the first of equal ones; no derivative. NaN leaves it open. */
export const argMin = argOver(argMinOp);
