/** @file Pairs of pictures, plane by plane, and scores of them. */
import { meanAndError } from "../../flow/index.ts";
import { checkOptions, rowPairOf } from "../samples.ts";
import type { SampleSet } from "../samples.ts";

/** Options of metrics of picture pairs. */
export interface PictureOptions {
  /** The largest possible value less the smallest: 255 for pixels, 2 for values in [−1, 1]. Default 255. */
  readonly range?: number | undefined;
}

/** A score of every pair. */
export interface PictureScores {
  /** `[n]` */
  readonly values: Float64Array;
  readonly mean: number;
  /** Of the mean, over pictures; NaN for one. */
  readonly standardError: number;
}

/** One channel of both pictures. */
export interface Plane {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Scores pairs of pictures `[n, channels, height, width]`: of each the mean over its channels.
 *
 * @param name - of the caller, for messages
 * @throws RangeError if shapes differ or are none of pictures
 */
export function scorePlanes(name: string, a: SampleSet, b: SampleSet, score: (plane: Plane) => number): PictureScores {
  if (a.shape.length !== 4 || a.shape.join() !== b.shape.join()) {
    throw new RangeError(`${name}: expected two sets of pictures [n, channels, height, width] of one shape, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}]; pair them`);
  }
  const [x, y] = rowPairOf(name, a, b);
  const [n = 0, channels = 1, height = 1, width = 1] = a.shape;
  const size = height * width;
  const values = Float64Array.from({ length: n }, (_, i) => {
    let total = 0;
    for (let c = 0; c < channels; c++) {
      const from = (i * channels + c) * size;
      total += score({ x: x.data.subarray(from, from + size), y: y.data.subarray(from, from + size), height, width });
    }
    return total / channels;
  });
  return { values, ...meanAndError(values) };
}

/**
 * The range that options name.
 *
 * @throws RangeError for unknown options or no range
 */
export function rangeOf(name: string, options: PictureOptions): number {
  checkOptions(name, options, ["range"]);
  const { range = 255 } = options;
  if (range > 0 && Number.isFinite(range)) return range;
  throw new RangeError(`${name}: range: expected the length of the range of values, above 0, got ${range}; pixels have 255`);
}
