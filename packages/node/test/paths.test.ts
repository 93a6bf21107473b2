import { nodeRuntime } from "@fluxion/node";
import { broadcastTo, constant, mul, sin, square, sub } from "@fluxion/graph";
import { affinePath, cosinePath, createFlow, linearVpPath, normal, Key, otPath, polynomialPath, smoothedPath, vePath, vpPath } from "fluxion";
import type { AffinePath, Model } from "fluxion";
import { describe, expect, it } from "vitest";

const runtime = await nodeRuntime({ threads: 1 });
const [mean, std] = [[1, -2], 0.5];

/** A model that knows the marginal velocity of N(mean, std² I). */
const gaussian = (path: AffinePath): Model => ({
  kind: "gaussian",
  config: {},
  eventShape: [2],
  parameters: {},
  apply: (_params, x, t) => smoothedPath(path, std).conditionalVelocity(x, broadcastTo(constant(mean, [1, 2]), x.shape), t),
});

/** Found by bisection inside the solver's loop. */
const own = affinePath({ alpha: (t) => square(sin(mul(t, Math.PI / 2))), sigma: (t) => sub(1, mul(t, 0.99)) });

interface Case {
  readonly path: AffinePath;
  readonly schedule?: AffinePath;
}

const cases: readonly (readonly [string, Case])[] = [
  ["ot", { path: otPath() }],
  ["vp", { path: vpPath() }],
  ["ve", { path: vePath() }],
  ["cosine", { path: cosinePath() }],
  ["linear-vp", { path: linearVpPath() }],
  ["ot along vp", { path: otPath(), schedule: vpPath() }],
  ["vp along ot", { path: vpPath(), schedule: otPath({ sigmaMin: 0 }) }],
  ["ot along cosine, to no noise at all", { path: otPath({ sigmaMin: 0 }), schedule: cosinePath() }],
  ["cosine along ve", { path: cosinePath(), schedule: vePath() }],
  ["ve along linear-vp", { path: vePath(), schedule: linearVpPath() }],
  ["polynomial along ot", { path: polynomialPath({ n: 3 }), schedule: otPath() }],
  ["one's own along vp", { path: own, schedule: vpPath() }],
];

describe("flows in float32 end where float64 says", () => {
  it.each(cases)("%s", async (_name, { path, schedule }) => {
    const flow = createFlow({ runtime, model: gaussian(path), params: {}, path, schedule });
    const { priorStd, interval } = flow.path;
    const z = normal(Key.from(1), 40).map((value) => value * priorStd);
    const { values, nfe } = await flow.decode(z);
    const marginal = (t: number) => {
      const { alpha, sigma } = (flow.change?.path ?? path).at(t);
      return { alpha, width: Math.hypot(alpha * std, sigma) };
    };
    const [start, end] = [marginal(interval[0]), marginal(interval[1])];
    const rate = end.width / start.width;
    z.forEach((value, i) => {
      const expected = end.alpha * mean[i % 2]! + rate * (value - start.alpha * mean[i % 2]!);
      expect(Math.abs((values[i] ?? NaN) - expected)).toBeLessThan(2e-3);
    });
    expect(nfe).toBeLessThan(250);
    await flow.dispose();
  });
});
