/** @file Logistic regression: a step of gradient descent is a program, and the loop around it is JavaScript. */
import type { Key } from "fluxion";
import { add, argMax, constant, grad, hostTensor, input, matmul, mul, reshape, sub, trace } from "@fluxion/graph";
import type { HostTensor, Program, Runtime, Tensor } from "@fluxion/graph";
import { imageSize, pick, shuffled } from "./digits.ts";
import type { Digits } from "./digits.ts";
import { crossEntropy, scaled } from "./loss.ts";

/** Images `[batch, 1, 28, 28]` to logits `[batch, 10]`. */
const logits = (images: Tensor, weights: Tensor, bias: Tensor): Tensor =>
  add(matmul(reshape(scaled(images), [-1, imageSize]), weights), bias);

const step = trace(
  "logistic",
  {
    weights: input([imageSize, 10]),
    bias: input([10]),
    images: input(["batch", 1, 28, 28], "uint8"),
    labels: input(["batch"], "uint8"),
  },
  ({ weights, bias, images, labels }) => {
    const loss = crossEntropy(logits(images, weights, bias), labels);
    const [dWeights, dBias] = grad(loss, [weights, bias]);
    return { loss, nextWeights: sub(weights, mul(dWeights, 0.01)), nextBias: sub(bias, mul(dBias, 0.01)) };
  },
);

/** What training gives: parameters, and the loss of every step. */
export interface TrainedLogistic {
  readonly weights: HostTensor;
  readonly bias: HostTensor;
  readonly losses: readonly number[];
}

/** Trains from zeros. */
export async function trainLogistic(
  runtime: Runtime,
  digits: Digits,
  { steps, batch, key }: { readonly steps: number; readonly batch: number; readonly key: Key },
): Promise<TrainedLogistic> {
  const executable = await runtime.compile(step, { sizes: { batch } });
  let weights = hostTensor(new Float32Array(imageSize * 10), [imageSize, 10]);
  let bias = hostTensor(new Float32Array(10), [10]);
  const order = shuffled(digits.labels.length, batch, key);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const after = await executable.run({ weights, bias, ...pick(digits, order.next().value, [batch]) });
    [weights, bias] = [after.nextWeights, after.nextBias];
    losses.push(Number(after.loss.data[0]));
  }
  await executable.dispose();
  return { weights, bias, losses };
}

/** Images `[batch, 1, 28, 28]` of bytes to the likeliest `digit` `[batch]`. */
export const logisticClassifier = ({ weights, bias }: TrainedLogistic): Program =>
  trace("logistic digits", { images: input(["batch", 1, 28, 28], "uint8") }, ({ images }) => {
    const [w, b] = [weights, bias].map(({ data, shape }) => constant(data as Float32Array, shape)) as [Tensor, Tensor];
    return { digit: argMax(logits(images, w, b)) };
  });
