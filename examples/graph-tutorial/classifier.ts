/** @file The trained network as a program without parameters: images in, digits out. */
import { argMax, constant, input, softmax, trace } from "@fluxion/graph";
import type { HostTensor, Program, Runtime } from "@fluxion/graph";
import { logits, mapEach, shapes } from "./convnet.ts";
import type { Each } from "./convnet.ts";
import { pick } from "./digits.ts";
import type { Digits } from "./digits.ts";

/** Images `[batch, 1, 28, 28]` of bytes to `probabilities` `[batch, 10]` and the likeliest `digit` `[batch]`. */
export const classifier = (parameters: Each<HostTensor>): Program =>
  trace("digits", { images: input(["batch", 1, 28, 28], "uint8") }, ({ images }) => {
    const weights = mapEach((name) => constant(parameters[name].data as Float32Array, shapes[name]));
    const y = logits(weights, images);
    return { probabilities: softmax(y), digit: argMax(y) };
  });

/** The share of digits that a program of `classifier` gets right. */
export async function accuracy(runtime: Runtime, program: Program, digits: Digits, batch = 500): Promise<number> {
  const executable = await runtime.compile(program, { sizes: { batch } });
  const count = digits.labels.length;
  let right = 0;
  for (let start = 0; start < count; start += batch) {
    const indices = Array.from({ length: Math.min(batch, count - start) }, (_, i) => start + i);
    const { images, labels } = pick(digits, indices, [indices.length]);
    const { digit } = await executable.run({ images });
    for (let i = 0; i < indices.length; i++) right += Number(digit?.data[i] === labels.data[i]);
  }
  await executable.dispose();
  return right / count;
}
