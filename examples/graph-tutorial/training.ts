/** @file Gradient descent with momentum, many steps to a call. */
import type { Key } from "fluxion";
import { add, grad, hostTensor, input, mul, scan, sub, trace } from "@fluxion/graph";
import type { HostTensor, InputSpec, Runtime, Tensor } from "@fluxion/graph";
import { initialise, logits, mapEach, names, shapes } from "./convnet.ts";
import type { Each } from "./convnet.ts";
import { pick, shuffled } from "./digits.ts";
import type { Digits } from "./digits.ts";
import { crossEntropy } from "./loss.ts";

/** One step: v' = 0.9 v + ∂loss/∂p and p' = p − rate · v'. */
function step(state: readonly Tensor[], images: Tensor, labels: Tensor, rate: Tensor): { state: Tensor[]; loss: Tensor } {
  const [parameters, velocities] = [state.slice(0, names.length), state.slice(names.length)];
  const loss = crossEntropy(logits(mapEach((_, i) => parameters[i] as Tensor), images), labels);
  const after = grad(loss, parameters).map((g, i) => add(mul(velocities[i] as Tensor, 0.9), g));
  return { state: [...parameters.map((p, i) => sub(p, mul(after[i] as Tensor, rate))), ...after], loss };
}

/** Parameters and their velocities, in the order of a step's state. */
const stateNames = [...names, ...names.map((name) => `${name}/velocity`)];
const stateSpecs = stateNames.map((_, i) => input(shapes[names[i % names.length] as keyof typeof shapes]));

const training = trace(
  "training",
  {
    ...(Object.fromEntries(stateNames.map((name, i) => [name, stateSpecs[i]])) as Record<string, InputSpec>),
    images: input(["steps", "batch", 1, 28, 28], "uint8"),
    labels: input(["steps", "batch"], "uint8"),
    rates: input(["steps"]),
  },
  ({ images, labels, rates, ...state }) => {
    const carry: readonly Tensor[] = Object.values(state);
    const loop = scan({ carry, xs: [images, labels, rates] }, (state, xs) => {
      const after = step(state, ...xs);
      return { carry: after.state, ys: [after.loss] };
    });
    const next = stateNames.map((name, i) => [`${name}/next`, loop.carry[i]]);
    return { ...(Object.fromEntries(next) as Record<string, Tensor>), losses: loop.ys[0] };
  },
);

/** How to train. */
export interface TrainingOptions {
  readonly steps: number;
  /** Steps in one call; divides `steps`. */
  readonly chunk: number;
  readonly batch: number;
  /** The learning rate of the first step; it falls to 0 along a line. */
  readonly rate: number;
  readonly key: Key;
}

/** Trains the network; gives its parameters and the loss of every step. */
export async function train(
  runtime: Runtime,
  digits: Digits,
  { steps, chunk, batch, rate, key }: TrainingOptions,
): Promise<{ readonly parameters: Each<HostTensor>; readonly losses: readonly number[] }> {
  const executable = await runtime.compile<string>(training, { sizes: { steps: chunk, batch } });
  const order = shuffled(digits.labels.length, chunk * batch, key.child("order"));
  const start = Object.values(initialise(key.child("weights")));
  const still = start.map(({ data, shape }) => hostTensor(new Float32Array(data.length), shape));
  let state = [...start, ...still];
  const losses: number[] = [];
  for (let done = 0; done < steps; done += chunk) {
    const rates = hostTensor(Float32Array.from({ length: chunk }, (_, i) => rate * (1 - (done + i) / steps)), [chunk]);
    const batches = pick(digits, order.next().value, [chunk, batch]);
    const named = Object.fromEntries(stateNames.map((name, i) => [name, state[i] as HostTensor]));
    const after = await executable.run({ ...named, ...batches, rates });
    state = stateNames.map((name) => after[`${name}/next`] as HostTensor);
    losses.push(...Array.from(after["losses"]?.data ?? [], Number));
  }
  await executable.dispose();
  return { parameters: mapEach((_, i) => state[i] as HostTensor), losses };
}
