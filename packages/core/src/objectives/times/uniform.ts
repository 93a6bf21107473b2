import { uniform } from "../../random/index.ts";
import { ontoInterval } from "./time-sampler.ts";
import type { TimeSampler } from "./time-sampler.ts";

/** Independent uniform times (paper, eqs 5 and 9). */
export function uniformTimes(): TimeSampler {
  return {
    kind: "uniform",
    config: { kind: "uniform" },
    fill: (key, interval, out) => {
      ontoInterval(uniform(key, out), interval);
    },
  };
}
