/** @file A path before anything is learned: each point's own way, and the field that all of them make together. */
import type { Runtime } from "@fluxion/graph";
import { broadcastTo, hostTensor } from "@fluxion/graph";
import type { AffinePath, DataTransform } from "fluxion";
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

/** What a picture of a path is made of. */
export type PathPicture = Pick<Problem, "data" | "seed"> & { readonly path: PathConfig; readonly count: number };

interface Setup {
  readonly path: AffinePath;
  readonly transform: DataTransform;
  readonly times: readonly number[];
  /** The few data, `[n, 2]` in model space. */
  readonly few: Float32Array;
  /** Unit normal noise, `[count, 2]`. */
  readonly x0: Float32Array;
}

function setupOf({ data, path: config, seed, count }: PathPicture): Setup {
  const key = Key.from(seed);
  const all = pointsOf({ data }, key).points;
  const transform = fitStandardize(all, [all.length / 2, 2]);
  const few = Float32Array.from(applyTransform(transform, all.subarray(0, 2 * dataCount)));
  const path = shortened(pathOf(config));
  const x0 = normal(key.child("path", "noise"), new Float32Array(2 * count));
  return { path, transform, times: timesBetween(...path.interval, segments), few, x0 };
}

/** Each particle on the way to a datum of its own, x_t = α x1 + σ x0. */
export function conditionalFrames(picture: PathPicture): Frames {
  const { path, transform, times, few, x0 } = setupOf(picture);
  const states = times.map((t) => {
    const { alpha, sigma } = path.at(t);
    return x0.map((noise, i) => alpha * (few[i % few.length] ?? 0) + sigma * noise);
  });
  return framesOf(states, times, transform, 0);
}

/** The same noise carried by the marginal field of those data (eq 8). */
export async function marginalFrames(runtime: Runtime, picture: PathPicture): Promise<Frames> {
  const { path, transform, times, few, x0 } = setupOf(picture);
  const field = marginalField(path, hostTensor(few, [few.length / 2, 2]));
  const moving = integrator(runtime, {
    state: [[2]],
    derivative: (t, [x]) => (x ? [field.velocity(x, broadcastTo(t, [x.shape[0] ?? 1]))] : []),
  });
  try {
    const start = x0.map((value) => value * path.priorStd);
    const { states, nfe } = await follow({ integrator: moving, extras: {}, start, method: { solver: "heun", steps: 2 * segments } }, times);
    return framesOf(states, times, transform, nfe);
  } finally {
    await moving.dispose();
  }
}

/** The field of finitely many points is infinite where no noise is left: stop just before. */
function shortened(path: AffinePath): AffinePath {
  const [t0, t1] = path.interval;
  return path.at(t1).sigma > 2e-3 ? path : withInterval(path, [t0, t1 - 0.004 * (t1 - t0)]);
}
