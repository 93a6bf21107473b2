/** @file Functions of time, written with graph ops, evaluated on the host in float64. */
import type { HostTensor, Program, Tensor } from "@fluxion/graph";
import { hostTensor, input, interpretProgram, trace } from "@fluxion/graph";

/** An elementwise function of `[count]` as one of numbers, traced at first use. */
export function onHost<K extends string>(
  f: (x: Tensor) => Readonly<Record<K, Tensor>>,
): (x: readonly number[]) => Record<K, Float64Array> {
  let program: Program | undefined;
  return (x) => {
    program ??= trace("schedule", { x: input(["count"]) }, (given) => f(given.x));
    const results = interpretProgram(program, { x: hostTensor(Float64Array.from(x), [x.length]) });
    const floats = ({ data }: HostTensor): Float64Array => Float64Array.from(data as ArrayLike<number>, Number);
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, floats(tensor)])) as Record<K, Float64Array>;
  };
}

/** The first value of each. */
export const firstOf = <K extends string>(values: Readonly<Record<K, Float64Array>>): Record<K, number> =>
  Object.fromEntries(Object.entries<Float64Array>(values).map(([name, [value = NaN]]) => [name, value])) as Record<K, number>;

/** An elementwise function, of tensors in a program and of numbers on the host. */
export interface OnBoth {
  (x: Tensor): Tensor;
  (x: number): number;
}

/** Makes `f` work on numbers too. */
export function onBoth(f: (x: Tensor) => Tensor): OnBoth {
  const host = onHost((x) => ({ y: f(x) }));
  function evaluate(x: Tensor): Tensor;
  function evaluate(x: number): number;
  function evaluate(x: Tensor | number): Tensor | number {
    return typeof x === "number" ? firstOf(host([x])).y : f(x);
  }
  return evaluate;
}
