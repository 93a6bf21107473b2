import { hostTensor, input, interpretProgram, sin, sub, trace, mul, add, square, sum, pow, expandDims } from "@fluxion/graph";
import type { HostTensor, Tensor } from "@fluxion/graph";
import { affinePath, cosinePath, gaussianPath, linearVpPath, otPath, polynomialPath, smoothedPath, vePath, vpPath } from "fluxion";
import type { AffinePath, Path } from "fluxion";

type Rows = readonly (readonly number[])[];

/** A path of one's own, without an inverse of its signal-to-noise ratio. */
const sineSquared = affinePath({
  kind: "sine squared",
  alpha: (t) => square(sin(mul(t, Math.PI / 2))),
  sigma: (t) => sub(1, mul(square(sin(mul(t, Math.PI / 2))), 0.99)),
});

/** All affine paths, from the paper, beyond it and one's own. */
export const affinePaths: Readonly<Record<string, AffinePath>> = {
  ot: otPath(),
  "ot without noise": otPath({ sigmaMin: 0 }),
  "ot with sigmaMin 0.1": otPath({ sigmaMin: 0.1 }),
  vp: vpPath(),
  "vp with constant beta": vpPath({ betaMin: 9, betaMax: 9, epsilon: 1e-3 }),
  ve: vePath(),
  "ve to 2": vePath({ sigmaMin: 0.05, sigmaMax: 2 }),
  cosine: cosinePath(),
  "polynomial 1": polynomialPath({ n: 1 }),
  "polynomial 2.5": polynomialPath({ n: 2.5 }),
  "linear-vp": linearVpPath(),
  "sine squared": sineSquared,
  "smoothed cosine": smoothedPath(cosinePath(), 0.3),
};

/** All paths. */
export const paths: Readonly<Record<string, Path>> = {
  ...affinePaths,
  // Neither mean nor deviation is affine in the data.
  gaussian: gaussianPath({
    mean: (t, x1) => mul(x1, expandDims(mul(t, add(1, mul(sub(1, t), sin(sum(x1, { axes: [1] }))))), 1)),
    std: (t, x1) => sub(1, mul(pow(t, add(1, square(sum(x1, { axes: [1] })))), 0.99)),
  }),
};

/** Times inside an interval, away from its ends. */
export const inside = ([t0, t1]: readonly [number, number], count: number): number[] =>
  Array.from({ length: count }, (_, i) => t0 + ((t1 - t0) * (i + 0.7)) / count);

export const points = (rows: Rows): HostTensor => hostTensor(Float64Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);
export const vector = (values: readonly number[]): HostTensor => hostTensor(Float64Array.from(values), [values.length]);
export const numbers = (tensor: HostTensor | undefined): number[] => Array.from(tensor?.data ?? [], Number);

/** Evaluates a function of two batches of points and times in float64. */
export function evaluate(
  x: Rows,
  y: Rows,
  t: readonly number[],
  f: (x: Tensor, y: Tensor, t: Tensor) => Readonly<Record<string, Tensor>>,
): Record<string, number[]> {
  const [batch, width] = [x.length, x[0]?.length ?? 0];
  const program = trace("path", { x: input([batch, width]), y: input([batch, width]), t: input([batch]) }, (given) => f(given.x, given.y, given.t));
  const out = interpretProgram(program, { x: points(x), y: points(y), t: vector(t) });
  return Object.fromEntries(Object.entries(out).map(([name, tensor]) => [name, numbers(tensor)]));
}

/** Some points of the plane, the same each time. */
export const cloud = (count: number, seed = 0): number[][] =>
  Array.from({ length: count }, (_, i) => [Math.sin(7 * i + seed + 1), 1.5 * Math.cos(3 * i + seed)]);
