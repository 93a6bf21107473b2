import { nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { resolveAxis, sizeOf } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Op, Tensor } from "../tensor.ts";
import { requireOperand } from "./checks.ts";

/** Options of `cumSum`. */
export interface CumSumOptions {
  /** Leave each entry itself out of its sum. Default false. */
  readonly exclusive?: boolean | undefined;
  /** Sum from the end. Default false. */
  readonly reverse?: boolean | undefined;
}

interface CumSumAttrs {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

const cumSumOp: Op<CumSumAttrs> = singleOp<CumSumAttrs>({
  name: "cumSum",
  infer: (inputs) => {
    requireOperand("cumSum", inputOf({ inputs }), "signed");
    return inputOf({ inputs });
  },
  evaluate: (inputs, { axis, exclusive, reverse }) => {
    const x = ndAt(inputs);
    const [dim, inner] = [x.shape[axis] ?? 1, sizeOf(x.shape.slice(axis + 1))];
    const out = nd(x.shape);
    for (let row = 0; row < x.data.length / Math.max(dim, 1); row++) {
      const base = Math.floor(row / inner) * dim * inner + (row % inner);
      let total = 0;
      for (let step = 0; step < dim; step++) {
        const at = base + (reverse ? dim - 1 - step : step) * inner;
        const value = x.data[at] ?? NaN;
        out.data[at] = exclusive ? total : total + value;
        total += value;
      }
    }
    return out;
  },
  vjp: ({ attrs }, g) => [apply(cumSumOp, { ...attrs, reverse: !attrs.reverse }, g)],
  jvp: ({ attrs }, [dx]) => dx && apply(cumSumOp, { ...attrs, axis: attrs.axis + 1 }, dx),
  lower: (emitter, { attrs: { axis, exclusive, reverse } }, [x = ""]) =>
    emitter.emit("CumSum", [x, emitter.reshape(emitter.int64s([axis]), [])], {
      exclusive: Number(exclusive),
      reverse: Number(reverse),
    }),
});

/**
 * The sums of all entries up to each one along an axis.
 *
 * @param axis - default the last
 */
export function cumSum(x: Tensor, axis = -1, { exclusive = false, reverse = false }: CumSumOptions = {}): Tensor {
  return apply(cumSumOp, { axis: resolveAxis("cumSum", axis, x.rank), exclusive, reverse }, x);
}
