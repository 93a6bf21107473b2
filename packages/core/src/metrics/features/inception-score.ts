import { checkOptions, rowsOf } from "../samples.ts";
import { wholeFrom } from "../../whole-from.ts";
import type { SampleSet } from "../samples.ts";

/** Options of `inceptionScore`. */
export interface InceptionScoreOptions {
  /** Equal parts, in the order given, whose scores are averaged. Default 10. */
  readonly splits?: number | undefined;
}

/** The score's mean over splits. */
export interface InceptionScore {
  /** From 1 to the number of classes. */
  readonly value: number;
  /** Of the scores of the splits, as papers print it; no error of the mean. */
  readonly standardDeviation: number;
  readonly splits: number;
}

/**
 * exp E KL(p(y|x) ‖ p(y)) of class probabilities `[n, classes]` (Salimans et al. 2016, §4).
 *
 * @throws RangeError if rows are no probabilities or there are fewer than splits
 */
export function inceptionScore(probabilities: SampleSet, options: InceptionScoreOptions = {}): InceptionScore {
  checkOptions("inceptionScore", options, ["splits"]);
  const splits = wholeFrom("inceptionScore: splits", options.splits ?? 10, 1);
  const { data, n, d } = rowsOf("inceptionScore", probabilities, splits);
  checkProbabilities(data, d);
  const scores = Array.from({ length: splits }, (_, i) => {
    const [from, to] = [i, i + 1].map((part) => Math.floor((part * n) / splits) * d);
    return scoreOf(data.subarray(from, to), d);
  });
  const value = scores.reduce((a, b) => a + b, 0) / splits;
  const variance = scores.reduce((total, score) => total + (score - value) ** 2, 0) / splits;
  return { value, standardDeviation: Math.sqrt(variance), splits };
}

function checkProbabilities(data: Float64Array, classes: number): void {
  for (let i = 0; i < data.length; i += classes) {
    const row = data.subarray(i, i + classes);
    const sum = row.reduce((a, b) => a + b, 0);
    if (row.every((p) => p >= 0) && Math.abs(sum - 1) < 1e-3) continue;
    throw new RangeError(`inceptionScore: expected probabilities that add up to 1, got a sum of ${sum} in row ${i / classes}; pass them through a softmax`);
  }
}

function scoreOf(rows: Float64Array, classes: number): number {
  const n = rows.length / classes;
  const marginal = new Float64Array(classes);
  rows.forEach((p, i) => (marginal[i % classes] = (marginal[i % classes] ?? 0) + p / n));
  // 0 log 0 is 0.
  const divergence = rows.reduce((total, p, i) => total + (p > 0 ? p * Math.log(p / (marginal[i % classes] ?? 1)) : 0), 0);
  return Math.exp(divergence / n);
}
