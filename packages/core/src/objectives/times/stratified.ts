import { uniform } from "../../random/index.ts";
import { ontoInterval } from "./time-sampler.ts";
import type { TimeSampler } from "./time-sampler.ts";

/**
 * Uniform times, one in each of as many equal parts of the interval as the batch has examples: the loss has less variance
 * over batches. Times grow along the batch; the examples come in random order.
 */
export function stratifiedTimes(): TimeSampler {
  return {
    kind: "stratified",
    config: { kind: "stratified" },
    fill: (key, interval, out) => {
      uniform(key, out);
      for (let i = 0; i < out.length; i++) out[i] = (i + (out[i] ?? NaN)) / out.length;
      ontoInterval(out, interval);
    },
  };
}
