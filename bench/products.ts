/** @file The floor of a solve: the matrix products of its network alone, on the same kernels. */
import { constant, hostTensor, input, matmul, scan, trace } from "@fluxion/graph";
import type { Context } from "./case.ts";
import { timed } from "./interleave.ts";

/**
 * Solves a second if nothing but the products of the hidden layers took time: no rival's time divided by this can be
 * beaten with these kernels.
 *
 * @param layers - products `[points, width] × [width, width]` in one evaluation
 */
export async function productsAlone(
  { runtime, quick }: Pick<Context, "runtime" | "quick">,
  { points, width, layers, evaluations }: { readonly points: number; readonly width: number; readonly layers: number; readonly evaluations: number },
): Promise<number> {
  const weights = Array.from({ length: layers }, () => constant(new Float32Array(width * width).fill(1 / width), [width, width]));
  const program = trace("products", { x: input([points, width]), steps: input(["steps", 1]) }, ({ x, steps }) => {
    const { carry } = scan({ carry: [x], xs: [steps] }, ([h]) => ({ carry: [weights.reduce((a, w) => matmul(a, w), h)], ys: [] }));
    return { y: carry[0] };
  });
  const executable = await runtime.compile(program);
  const feeds = {
    x: hostTensor(new Float32Array(points * width).fill(1), [points, width]),
    steps: hostTensor(new Float32Array(evaluations), [evaluations, 1]),
  };
  const call = () => executable.run(feeds);
  await call();
  const times: number[] = [];
  for (let i = 0; i < (quick ? 2 : 7); i++) times.push(await timed(1, call));
  await executable.dispose();
  return 1 / Math.min(...times);
}
