/** @file A path before anything is learned: each point's own way, and the field that all of them make together. */
import type { Runtime } from "@fluxion/graph";
import { broadcastTo, hostTensor } from "@fluxion/graph";
import type { AffinePath } from "fluxion";
import { applyTransform, fitStandardize, integrator, Key, marginalField, normal, withInterval } from "fluxion";
import { follow, framesOf, timesBetween } from "./frames.ts";
import type { Frames } from "./frames.ts";
import type { PathConfig } from "./path-of.ts";
import { pathOf } from "./path-of.ts";
import type { Problem } from "./problem.ts";
import { pointsOf } from "./problem.ts";

/** Data that the marginal field is made of; its cost grows with their number times that of the particles. */
const dataCount = 160;
const segments = 32;

/** The conditional paths and the flow of the marginal field, of the same noise. */
export interface PathFrames {
  readonly conditional: Frames;
  readonly marginal: Frames;
}

/** Particles `count` on a path to a few of the data: along their own straight or bent ways, and along the field. */
export async function pathFrames(
  runtime: Runtime,
  { data, path: config, seed, count }: Pick<Problem, "data" | "seed"> & { readonly path: PathConfig; readonly count: number },
): Promise<PathFrames> {
  const key = Key.from(seed);
  const all = pointsOf({ data }, key).points;
  const transform = fitStandardize(all, [all.length / 2, 2]);
  const few = Float32Array.from(applyTransform(transform, all.subarray(0, 2 * dataCount)));
  const path = shortened(pathOf(config));
  const times = timesBetween(...path.interval, segments);
  const x0 = normal(key.child("path", "noise"), new Float32Array(2 * count));

  const x1 = Float32Array.from(x0, (_, i) => few[i % few.length] ?? 0);
  const own = times.map((t) => {
    const { alpha, sigma } = path.at(t);
    return x0.map((noise, i) => alpha * (x1[i] ?? 0) + sigma * noise);
  });
  const field = marginalField(path, hostTensor(few, [few.length / 2, 2]));
  const moving = integrator(runtime, {
    state: [[2]],
    derivative: (t, [x]) => (x ? [field.velocity(x, broadcastTo(t, [x.shape[0] ?? 1]))] : []),
  });
  try {
    const start = x0.map((value) => value * path.priorStd);
    const { states, nfe } = await follow({ integrator: moving, extras: {}, start, method: { solver: "heun", steps: 2 * segments } }, times);
    return { conditional: framesOf(own, times, transform, 0), marginal: framesOf(states, times, transform, nfe) };
  } finally {
    await moving.dispose();
  }
}

/** The field of finitely many points is infinite where no noise is left: stop just before. */
function shortened(path: AffinePath): AffinePath {
  const [t0, t1] = path.interval;
  return path.at(t1).sigma > 2e-3 ? path : withInterval(path, [t0, t1 - 0.004 * (t1 - t0)]);
}
