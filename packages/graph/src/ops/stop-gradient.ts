import { ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";

const stopGradientOp = singleOp<null>({
  name: "stopGradient",
  infer: (inputs) => inputOf({ inputs }),
  evaluate: (inputs) => ndAt(inputs),
  vjp: () => [undefined],
  jvp: () => undefined,
  flops: () => 0,
  // Nothing is left of it where nothing is differentiated any more.
  lower: (_emitter, _node, [x = ""]) => x,
});

/** x itself, with derivative 0. */
export function stopGradient(x: Tensor): Tensor {
  return apply(stopGradientOp, null, x);
}
