/** @file All cases, in the order in which they are measured. A new one is a file of cases/ and its line here. */
import type { BenchCase } from "./case.ts";
import { cases as callOverhead } from "./cases/call-overhead.ts";
import { cases as chromium } from "./cases/chromium.ts";
import { cases as compile } from "./cases/compile.ts";
import { cases as firstSample } from "./cases/first-sample.ts";
import { cases as graphScale } from "./cases/graph-scale.ts";
import { cases as growth } from "./cases/growth.ts";
import { cases as likelihood } from "./cases/likelihood.ts";
import { cases as memoryGrowth } from "./cases/memory-growth.ts";
import { cases as peakMemory } from "./cases/peak-memory.ts";
import { cases as sample2d } from "./cases/sample-2d.ts";
import { cases as sampleImages } from "./cases/sample-images.ts";
import { cases as sizes } from "./cases/sizes.ts";
import { cases as trainImages } from "./cases/train-images.ts";
import { cases as trainMlp } from "./cases/train-mlp.ts";

/** Every case. */
export const allCases: readonly BenchCase[] = [
  ...trainMlp,
  ...trainImages,
  ...sample2d,
  ...sampleImages,
  ...likelihood,
  ...chromium,
  ...callOverhead,
  ...compile,
  ...firstSample,
  ...peakMemory,
  ...memoryGrowth,
  ...sizes,
  ...graphScale,
  ...growth,
];
