/** @file Sets that a script in another language can make too. */
import { Key, normal } from "fluxion";
import type { SampleSet } from "fluxion";

/** sin(s + 1.7 i + 0.9 j + 0.31 i j) + ½ cos(0.77 i² + 2.1 j + s), times `scale`, plus `shift`. */
export function waves(n: number, d: number, s: number, scale = 1, shift = 0): SampleSet {
  const values = Float64Array.from({ length: n * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return scale * (Math.sin(s + 1.7 * i + 0.9 * j + 0.31 * i * j) + 0.5 * Math.cos(0.77 * i * i + 2.1 * j + s)) + shift;
  });
  return { values, shape: [n, d] };
}

/** Normal examples of mean `shift` and deviation `scale` in every coordinate. */
export function gaussian(name: string, n: number, d: number, scale = 1, shift = 0): SampleSet {
  return { values: normal(Key.from(name), new Float64Array(n * d)).map((z) => scale * z + shift), shape: [n, d] };
}

/** The same examples in another order and of other values. */
export function mapSet({ values, shape }: SampleSet, f: (value: number, at: number) => number): SampleSet {
  return { values: Float64Array.from(values, f), shape };
}
