/** @file Transformers whose outputs for `randomFeeds`, batch 2, an implementation in PyTorch gives too (scripts/reference). */
import type { DitOptions } from "fluxion";

/** A network, and the labels of its two examples. */
export interface DitCase {
  readonly name: string;
  readonly options: DitOptions;
  readonly labels?: readonly number[];
}

/** Square and oblong images, one head and several, with classes and without. */
export const ditCases: readonly DitCase[] = [
  { name: "two blocks of two heads", options: { image: [1, 4, 4], width: 8, depth: 2, heads: 2, patch: 2 } },
  { name: "oblong images of two channels", options: { image: [2, 6, 4], width: 8, depth: 1, heads: 1, patch: 2 } },
  { name: "classes", options: { image: [3, 4, 8], width: 12, depth: 2, heads: 3, patch: 4, classes: 3 }, labels: [1, 3] },
];
