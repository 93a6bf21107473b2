/** @file What Figures 2 and 3 draw: the paths to one data point, diffusion (VP) and OT. */
import { hostTensor, input, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { otPath, vpPath } from "fluxion";
import type { Path } from "fluxion";
import { runtimeOf } from "../study.ts";
import type { Study } from "../study.ts";

/** The data point that everything flows to. */
export const target = [1, 1] as const;

/** The two paths that the figures set side by side. */
export const paths = [
  { label: "diffusion (VP)", path: vpPath() },
  { label: "OT", path: otPath() },
] as const satisfies readonly { readonly label: string; readonly path: Path }[];

/** A time of a path from a share of its interval. */
export const timeAt = ({ interval: [t0, t1] }: Path, share: number): number => t0 + share * (t1 - t0);

/**
 * Evaluates a function of points and times, where the study computes.
 *
 * @param points - `[n, 2]`
 * @param t - one time for all
 */
export async function evaluate(
  study: Study,
  name: string,
  f: (x: Tensor, x1: Tensor, t: Tensor) => Tensor,
  points: Float32Array,
  t: number,
): Promise<Float32Array> {
  const n = points.length / 2;
  const program = trace(name, { x: input(["n", 2]), x1: input(["n", 2]), t: input(["n"]) }, ({ x, x1, t }) => ({ y: f(x, x1, t) }));
  const executable = await (await runtimeOf(study)).compile(program);
  const feeds = {
    x: hostTensor(points, [n, 2]),
    x1: hostTensor(Float32Array.from({ length: 2 * n }, (_, i) => target[i % 2] ?? 0), [n, 2]),
    t: hostTensor(new Float32Array(n).fill(t), [n]),
  };
  const { y } = await executable.run(feeds);
  await executable.dispose();
  return y.data as Float32Array;
}
