import { full, mean, square, sub, zerosLike } from "@fluxion/graph";
import { dataInput } from "./batch.ts";
import type { Objective } from "./objective.ts";
import { inputNamed } from "./objective.ts";

/**
 * The regression baseline of super-resolution (paper, Table 2): the network is trained on ‖v(0, t0) − x1‖², given the image of
 * low resolution alone. On an interval of length 1, one Euler step from zero is its estimate, the mean of all images that fit.
 */
export function restorationObjective(): Objective {
  return {
    kind: "restoration",
    prediction: "velocity",
    config: { kind: "restoration" },
    evaluations: 1,
    pathOf: (path) => path,
    inputs: ({ batch, event }) => ({ x1: dataInput(batch, event) }),
    loss: ({ model, params, path, batch, inputs }) => {
      const x1 = inputNamed(inputs, "x1");
      return mean(square(sub(model.apply(params, zerosLike(x1), full([batch], path.interval[0])), x1)));
    },
  };
}
