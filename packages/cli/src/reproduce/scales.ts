/** @file At which size experiments are redone: the defaults fit two cores, and a budget shrinks or grows them. */
import { methods, superResolutions } from "./methods.ts";
import type { ComputeFlags } from "../compute.ts";
import type { Scale } from "./study.ts";

/** What experiments share: trained models, or nothing. */
export type StudyKind = "none" | "points" | "images" | "super-resolution";

/** What a user may say about the size. */
export interface ScaleOptions extends ComputeFlags {
  /** Minutes for training and measuring together; default 20 for points, 75 for images, 30 for super-resolution. */
  readonly budget?: number | undefined;
  /** Default checkerboard; mnist for images. */
  readonly data?: string | undefined;
  readonly seed?: number | undefined;
}

interface Defaults extends Pick<Scale, "data" | "snapshots" | "options" | "measure"> {
  /** Minutes, training and measuring. */
  readonly budget: number;
  /** Methods to train. */
  readonly methods: number;
}

const defaults: Readonly<Record<Exclude<StudyKind, "none">, Defaults>> = {
  // The paper's network for the plane is 5 layers of 512 (Fig. 4); half as wide learns as well in a quarter of the time.
  points: {
    data: "checkerboard",
    budget: 20,
    methods: methods.length,
    snapshots: 8,
    options: { width: 256, depth: 5, time: "fourier" },
    measure: { samples: 10_000, nllPoints: 2_000 },
  },
  images: {
    data: "mnist",
    budget: 75,
    methods: methods.length,
    snapshots: 8,
    options: { pool: 2, channels: 24, multiples: [1, 2], blocks: 1, patch: 1, attention: [7], batch: 64, learningRate: 1e-3 },
    measure: { samples: 2_000, snapshotSamples: 500, nllImages: 200, nllK: 5, featureSteps: 2_000 },
  },
  // Four times in either direction, as the paper's 64 to 256.
  "super-resolution": {
    data: "mnist",
    budget: 30,
    methods: superResolutions.length,
    snapshots: 0,
    options: { superResolution: 4, channels: 32, multiples: [1, 2], blocks: 1, patch: 2 },
    measure: { samples: 500, featureSteps: 2_000 },
  },
};

/** The share of a budget that training takes. */
const trainingShare = 0.67;

/**
 * The scale of a new study.
 *
 * @throws Error for a budget that is not above 0
 */
export function scaleFor(study: StudyKind, { budget, data, seed = 0, device, threads }: ScaleOptions): Scale {
  const compute = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) };
  if (study === "none") return { data: "none", seed, minutesPerMethod: 0, snapshots: 0, options: compute, measure: {} };
  const standard = defaults[study];
  const minutes = budget ?? standard.budget;
  if (!(minutes > 0 && Number.isFinite(minutes))) throw new Error(`--budget: expected minutes above 0, got ${String(budget)}`);
  // Measuring shrinks with the budget, but never below what a standard error needs, and does not grow beyond the paper's own.
  const share = Math.min(1, minutes / standard.budget);
  const measure = Object.fromEntries(
    Object.entries(standard.measure).map(([name, count]) => [name, name === "nllK" ? count : Math.max(Math.min(count, 64), Math.round(count * share))]),
  );
  return {
    data: data ?? standard.data,
    seed,
    minutesPerMethod: Number(((trainingShare * minutes) / standard.methods).toPrecision(3)),
    snapshots: standard.snapshots,
    options: { ...standard.options, ...compute },
    measure,
  };
}
