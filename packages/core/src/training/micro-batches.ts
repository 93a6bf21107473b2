/** @file Gradient accumulation: a batch in parts, one after the other, so that memory is that of a part. */
import type { Tensor } from "@fluxion/graph";
import { add, constant, moveAxis, mul, reshape, scan, zerosLike } from "@fluxion/graph";
import type { StepInput } from "./step-inputs.ts";

/** A loss and its gradient, a vector for each group of parameters. */
export interface LossAndGradient {
  readonly loss: Tensor;
  readonly gradient: readonly Tensor[];
}

/**
 * The loss and gradient of a whole batch as the means of those of `parts` equal parts of it.
 *
 * @param values - the inputs of one step, by name
 * @param like - tensors like the gradient
 * @param of - the loss and gradient of a part
 */
export function accumulated(
  parts: number,
  inputs: Readonly<Record<string, StepInput>>,
  values: Readonly<Record<string, Tensor>>,
  like: readonly Tensor[],
  of: (values: Readonly<Record<string, Tensor>>) => LossAndGradient,
): LossAndGradient {
  if (parts === 1) return of(values);
  const names = Object.keys(values);
  const xs = Object.entries(values).map(([name, value]) => cut(value, inputs[name]?.batchAxis ?? 0, parts));
  const { carry } = scan({ carry: [constant(0), ...like.map(zerosLike)], xs }, ([total, ...sums], part) => {
    const { loss, gradient } = of(Object.fromEntries(names.map((name, i) => [name, part[i]] as [string, Tensor])));
    return { carry: [add(total, loss), ...sums.map((sum, i) => add(sum, gradient[i] ?? 0))], ys: [] };
  });
  const [loss, ...gradient] = carry.map((sum) => mul(sum, 1 / parts));
  return { loss: loss ?? constant(0), gradient };
}

/** An axis in equal parts, which stand along a new first axis. */
function cut(value: Tensor, axis: number, parts: number): Tensor {
  const { shape } = value;
  const split = shape.flatMap((length, i) => (i === axis ? [parts, Number(length) / parts] : [length]));
  return moveAxis(reshape(value, split), axis, 0);
}
