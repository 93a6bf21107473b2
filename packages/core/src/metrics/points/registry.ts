/** @file The distances of point sets by name. */
import type { Key } from "../../random/key.ts";
import { permutation } from "../../random/index.ts";
import { checkOptions, rowPairOf, takeRows } from "../samples.ts";
import { wholeFrom } from "../../whole-from.ts";
import type { Rows, SampleSet } from "../samples.ts";
import { energyDistance } from "./energy-distance.ts";
import { exactWasserstein } from "./exact-wasserstein.ts";
import { kernelDiscrepancy, medianDistance } from "./kernel-discrepancy.ts";
import { slicedWasserstein } from "./sliced-wasserstein.ts";

/** A distance of two sets of equally many points. */
export interface PointDistance {
  readonly label: string;
  /** @param reference - the data: what a bandwidth is taken from */
  compute(reference: SampleSet, samples: SampleSet, key: Key): number;
}

/** The distances, in the order in which they are shown. */
export const pointDistances = {
  slicedWasserstein: { label: "sliced W2", compute: (a, b, key) => slicedWasserstein(a, b, { key }) },
  energyDistance: { label: "energy", compute: (a, b) => energyDistance(a, b) },
  kernelDiscrepancy: { label: "MMD²", compute: (a, b) => kernelDiscrepancy(a, b, { bandwidth: medianDistance(a) }) },
  exactWasserstein: { label: "exact W2", compute: exactWasserstein },
} satisfies Record<string, PointDistance>;

/** The name of a distance of point sets. */
export type PointDistanceName = keyof typeof pointDistances;

/** Options of `measurePoints`. */
export interface MeasurePointsOptions {
  /** Data `[n, ...event]` that training never saw. */
  readonly reference: SampleSet;
  /** Draws of the flow `[n, ...event]`. */
  readonly samples: SampleSet;
  /** Names directions, and the points that are taken. */
  readonly key: Key;
  /** Points of either set, from 2. Default: those of the smaller set, at most 1000. */
  readonly count?: number | undefined;
}

/** Distances by name, all of equally many points. */
export interface PointMeasurements extends Readonly<Record<PointDistanceName, number>> {
  readonly count: number;
}

/**
 * All distances between data and samples, on equally many points of each.
 *
 * @throws RangeError if dimensions differ or a set has fewer points than are asked for
 */
export function measurePoints(options: MeasurePointsOptions): PointMeasurements {
  checkOptions("measurePoints", options, ["reference", "samples", "key", "count"]);
  const { reference, samples, key } = options;
  const [real, drawn] = rowPairOf("measurePoints", reference, samples, 2);
  const smaller = Math.min(real.n, drawn.n);
  const count = wholeFrom("measurePoints: count", options.count ?? Math.min(1000, smaller), 2);
  if (count > smaller) throw new RangeError(`measurePoints: count: expected at most ${smaller}, the points of the smaller set, got ${count}; draw more`);
  const chosen = (rows: Rows, label: string): SampleSet => {
    const { data } = takeRows(rows, permutation(key.child(label), rows.n).subarray(0, count));
    return { values: data, shape: [count, rows.d] };
  };
  const [a, b] = [chosen(real, "reference"), chosen(drawn, "samples")];
  const entries = Object.entries(pointDistances).map(([name, { compute }]) => [name, compute(a, b, key.child(name))]);
  return { ...(Object.fromEntries(entries) as Record<PointDistanceName, number>), count };
}
