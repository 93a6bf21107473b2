/** @file What solves will cost, from the cost of an evaluation. */
import { nfeOf } from "../../typical-nfe.ts";
import { methodOf } from "../methods.ts";
import type { MethodId } from "../methods.ts";

/** Seconds an example and evaluation of the network, without and with the divergence. */
export interface Costs {
  readonly sample: number;
  readonly density: number;
}

/** A solve that is to be done. */
export interface Solve {
  readonly id: MethodId;
  /** Evaluations. Default what dopri5 at 1e-5 typically takes. */
  readonly nfe?: number | undefined;
  readonly density?: boolean | undefined;
}

/** Seconds that solves of so many examples take; nothing is timed where nothing is to be done. */
export async function secondsOfAll(
  kind: "images" | "points",
  solves: readonly (readonly [solve: Solve, count: number])[],
  costsOf: () => Promise<Costs>,
): Promise<number> {
  if (solves.length === 0) return 0;
  const { sample, density } = await costsOf();
  return solves.reduce((total, [{ id, nfe, density: withDensity = false }, count]) => {
    const { path = "ot", objective = "velocity" } = methodOf(id).options;
    return total + count * (nfe ?? nfeOf(path, objective)[kind]) * (withDensity ? density : sample);
  }, 0);
}
