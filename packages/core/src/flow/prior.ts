import type { FloatArray } from "../random/index.ts";

/** log N(x | 0, std² I) of every row of `size` values, in nats. */
export function priorLogDensity(x: FloatArray, size: number, std: number): Float64Array {
  const normalizer = size * (0.5 * Math.log(2 * Math.PI) + Math.log(std));
  return Float64Array.from({ length: x.length / size }, (_, row) => {
    let squares = 0;
    for (let i = row * size; i < (row + 1) * size; i++) squares += ((x[i] ?? NaN) / std) ** 2;
    return -0.5 * squares - normalizer;
  });
}
