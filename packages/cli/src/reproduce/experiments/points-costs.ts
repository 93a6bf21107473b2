/** @file What measuring points will cost, from a few evaluations of the study's network, trained or not. */
import { createFlow, initParameters, isPointSetName, Key, otPath, pointSets } from "fluxion";
import { modelOf } from "../../network.ts";
import { optionsOf, runtimeOf } from "../study.ts";
import type { Study } from "../study.ts";
import { secondsOfAll } from "./solve-costs.ts";
import type { Costs, Solve } from "./solve-costs.ts";

/** Solves that are to be done. */
export interface PointSolves extends Solve {
  readonly points: number;
}

/** Seconds that solves take; the divergence is the exact one. */
export const secondsOfPoints = (study: Study, solves: readonly PointSolves[]): Promise<number> =>
  secondsOfAll("points", solves.map((solve) => [solve, solve.points]), () => costsOf(study));

const [points, steps] = [1000, 8] as const;

/** What a point costs, measured once. */
const costsOf = (study: Study): Promise<Costs> =>
  study.opened("costs", async () => {
    const options = optionsOf(study);
    // Of a file's points the width is not known before it is read: that of the plane tells enough.
    const dimension = isPointSetName(options.data) ? pointSets[options.data].dimension : 2;
    const model = modelOf(options, [dimension]);
    const flow = createFlow({ runtime: await runtimeOf(study), model, params: initParameters(model, Key.from(0)), path: otPath() });
    const data = new Float32Array(points * dimension);
    const sample = await secondsOf((count) => flow.sample({ count: points, key: Key.from(0), solver: "euler", steps: count }));
    const density = await secondsOf((count) => flow.logProb(data, { solver: "euler", steps: count }));
    await flow.dispose();
    return { sample, density };
  });

/** Seconds of one step and point. Load can only add to a time, so that the shorter of two tells more. */
async function secondsOf(solve: (steps: number) => Promise<unknown>): Promise<number> {
  // The first call compiles.
  await solve(1);
  const timed = async (): Promise<number> => {
    const started = performance.now();
    await solve(steps);
    return (performance.now() - started) / 1000 / steps / points;
  };
  return Math.min(await timed(), await timed());
}
