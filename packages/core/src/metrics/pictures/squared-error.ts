import type { SampleSet } from "../samples.ts";
import { rangeOf, scorePlanes } from "./pictures.ts";
import type { PictureOptions, PictureScores, Plane } from "./pictures.ts";
import { meanAndError } from "../../flow/index.ts";

/**
 * The mean squared error of pairs of pictures `[n, channels, height, width]`, over pixels and channels.
 *
 * @throws RangeError if shapes differ
 */
export function meanSquaredError(a: SampleSet, b: SampleSet): PictureScores {
  return scorePlanes("meanSquaredError", a, b, squaredError);
}

/**
 * The peak signal-to-noise ratio in dB, 10 log₁₀(range²/MSE) of each pair; the mean is over pictures, of decibels.
 * `Infinity` for equal pictures.
 *
 * @throws RangeError if shapes differ
 */
export function psnr(a: SampleSet, b: SampleSet, options: PictureOptions = {}): PictureScores {
  const range = rangeOf("psnr", options);
  const values = scorePlanes("psnr", a, b, squaredError).values.map((error) => 10 * Math.log10(range ** 2 / error));
  return { values, ...meanAndError(values) };
}

const squaredError = ({ x, y }: Plane): number =>
  x.reduce((total, value, i) => total + (value - (y[i] ?? 0)) ** 2, 0) / x.length;
