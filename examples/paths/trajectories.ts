/** @file Where the exact marginal field of five points carries the same noise, along several paths. */
import { hostTensor, referenceRuntime } from "@fluxion/graph";
import { pathLinesFigure } from "@fluxion/node";
import { cosinePath, createFlow, Key, marginalField, otPath, smoothedPath } from "fluxion";
import type { AffinePath, Model } from "fluxion";

const places = [[1.6, 0.9], [-0.1, 1.9], [-1.7, 0.5], [-1, -1.5], [1.1, -1.4]] as const;
const data = hostTensor(places.flat(), [5, 2]);
/** The points have this much noise on them, so that the field is finite to the end. */
const noise = 0.05;

/** A model without parameters that is right: eq 8 in closed form. */
const exact = (path: AffinePath): Model => ({
  kind: "marginal field",
  config: {},
  eventShape: [2],
  parameters: {},
  apply: (_params, x, t) => marginalField(smoothedPath(path, noise), data).velocity(x, t),
});

async function lines(path: AffinePath): Promise<(readonly [number, number])[][]> {
  const flow = createFlow({ runtime: referenceRuntime(), model: exact(path), params: {}, path });
  const [t0, t1] = path.interval;
  const times = Array.from({ length: 61 }, (_, i) => (i === 60 ? t1 : t0 + ((t1 - t0) * i) / 60));
  const states = await flow.trajectory({ count: 14, key: Key.from(2), times, rtol: 1e-6, atol: 1e-6 });
  return Array.from({ length: 14 }, (_, i) => states.map(({ values }) => [values[2 * i] ?? NaN, values[2 * i + 1] ?? NaN] as const));
}

/** Lines from the same noise to five points. Paths of one family draw the same curves, at other speeds. */
export async function trajectoriesFigure(): Promise<string> {
  const families = { "α + σ = 1: OT, polynomial": otPath({ sigmaMin: 0 }), "α² + σ² = 1: VP, linear VP, cosine": cosinePath() };
  return pathLinesFigure({
    title: "From the same noise to five points",
    subtitle: "Trajectories of the exact marginal field (eq 8); dots: where each begins, diamonds: the five points.",
    targets: places,
    panels: await Promise.all(Object.entries(families).map(async ([title, path]) => ({ title, lines: await lines(path) }))),
  });
}
