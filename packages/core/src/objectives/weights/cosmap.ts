import { add, div, mul, sub } from "@fluxion/graph";
import type { Weight } from "./weight.ts";

/** 2/(π (1 − 2t + 2t²)), which the cosine schedule would give the straight path (Esser et al. 2024). */
export function cosmapWeight(): Weight {
  return {
    kind: "cosmap",
    config: { kind: "cosmap" },
    at: ({ t }) => div(2 / Math.PI, add(mul(mul(t, 2), sub(t, 1)), 1)),
  };
}
