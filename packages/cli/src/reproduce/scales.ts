/** @file At which size experiments are redone: the defaults fit two cores, and a budget shrinks or grows them. */
import { isPresetName, presets } from "fluxion";
import type { PresetName } from "fluxion";
import { flagOf } from "../options.ts";
import { absoluteData, isImageData, openImageSplit } from "../task.ts";
import { methods, superResolutions } from "./methods.ts";
import type { ComputeFlags } from "../compute.ts";
import type { Scale } from "./study.ts";

/** What experiments share: trained models, or nothing. */
export type StudyKind = "none" | "points" | "images" | "super-resolution";

/** What a user may say about the size. */
export interface ScaleOptions extends ComputeFlags {
  /** Minutes that a study is sized for: two thirds train all methods, and what is measured shrinks with it; default 20 for points, 75 for images, 30 for super-resolution. */
  readonly budget?: number | undefined;
  /** Default checkerboard; mnist for images. */
  readonly data?: string | undefined;
  readonly seed?: number | undefined;
  /** Network and pace of the paper's Table 3 instead of the small U-Net; without a budget its number of steps too. Images. */
  readonly preset?: string | undefined;
  /** Side of the squares of an image that are averaged into one pixel. Default 2 for images of 28×28, else 1. */
  readonly pool?: number | undefined;
  /** Samples a measurement draws. Default by the budget, at most 10,000 points, 2,000 images. */
  readonly samples?: number | undefined;
  /** Test images whose likelihood is measured, and copies of each (K of eq 47). Images. */
  readonly nllImages?: number | undefined;
  readonly nllK?: number | undefined;
}

/** What may be said of each kind, beside seed and device. */
const understood: Readonly<Record<StudyKind, readonly (keyof ScaleOptions)[]>> = {
  none: [],
  points: ["budget", "data", "samples"],
  images: ["budget", "data", "preset", "pool", "samples", "nllImages", "nllK"],
  "super-resolution": ["budget", "data", "preset", "pool", "samples"],
};

interface Defaults extends Pick<Scale, "data" | "snapshots" | "options" | "measure"> {
  /** Network and pace, where no preset says them. */
  readonly network: Scale["options"];
  /** Minutes. */
  readonly budget: number;
  /** Methods to train. */
  readonly methods: number;
}

const defaults: Readonly<Record<Exclude<StudyKind, "none">, Defaults>> = {
  // The paper's network for the plane is 5 layers of 512 (Fig. 4); half as wide learns as well in a quarter of the time.
  // At the usual 5e-3 the velocity of the diffusion path was not learned at all in 30,000 steps; the authors' own example has 1e-3.
  points: {
    data: "checkerboard",
    budget: 20,
    methods: methods.length,
    snapshots: 8,
    options: {},
    network: { width: 256, depth: 5, time: "fourier", learningRate: 1e-3 },
    measure: { samples: 10_000, nllPoints: 2_000 },
  },
  images: {
    data: "mnist",
    budget: 75,
    methods: methods.length,
    snapshots: 8,
    options: {},
    network: { channels: 24, multiples: [1, 2], blocks: 1, patch: 1, batch: 64, learningRate: 1e-3 },
    measure: { samples: 2_000, snapshotSamples: 500, nllImages: 200, nllK: 5, featureSteps: 2_000 },
  },
  // Four times in either direction, as the paper's 64 to 256.
  "super-resolution": {
    data: "mnist",
    budget: 30,
    methods: superResolutions.length,
    snapshots: 0,
    options: { superResolution: 4 },
    network: { channels: 32, multiples: [1, 2], blocks: 1, patch: 2 },
    measure: { samples: 2_000, featureSteps: 2_000 },
  },
};

/** The share of a budget that training takes. */
const trainingShare = 0.67;

/** Width of the layer of features of a study: few enough for the covariances of some hundred samples. */
export const featureCount = 64;

/** Samples and images are never fewer: a standard error needs them, and a Fréchet distance more than there are features. */
const fewest = 80;

/**
 * The scale of a new study.
 *
 * @param what - the experiment, for messages
 * @throws Error for what does not apply to it, a budget that is not above 0, too few samples, an unknown preset, data that is not there
 */
export async function scaleFor(study: StudyKind, given: ScaleOptions, what: string): Promise<Scale> {
  const { budget, data, seed = 0, device, threads, preset, samples } = given;
  refuseOthers(study, given, what);
  const compute = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) };
  if (study === "none") return { data: "none", seed, minutesPerMethod: 0, snapshots: 0, options: compute, measure: {} };
  const standard = defaults[study];
  const minutes = budget ?? standard.budget;
  if (!(minutes > 0 && Number.isFinite(minutes))) throw new Error(`--budget: expected minutes above 0, got ${String(budget)}`);
  if (samples !== undefined && samples <= featureCount) {
    throw new Error(`--samples: expected at least ${String(featureCount + 1)}, more than a study's features, got ${String(samples)}`);
  }
  if (preset !== undefined && !isPresetName(preset)) throw new Error(`--preset: expected one of ${Object.keys(presets).join(", ")}, got "${preset}"`);
  const source = absoluteData(data ?? standard.data);
  return {
    data: source,
    seed,
    minutesPerMethod: Number(((trainingShare * minutes) / standard.methods).toPrecision(3)),
    ...(preset !== undefined && budget === undefined && { stepsPerMethod: presets[preset].training.steps }),
    snapshots: standard.snapshots,
    options: { ...standard.options, ...(await poolOf(study, source, given)), ...networkOf(preset, standard), ...compute },
    measure: measureOf(standard, minutes, given),
  };
}

const networkOf = (preset: PresetName | undefined, { network }: Defaults): Scale["options"] => (preset === undefined ? network : { preset });

/** MNIST's size is halved for two cores; other images, and those of a preset or of super-resolution, stay as they are. */
async function poolOf(study: StudyKind, data: string, { pool, preset }: ScaleOptions): Promise<{ readonly pool?: number }> {
  if (study === "points") return {};
  if (!isImageData(data)) throw new Error(`--data: expected images, as for fluxion train, got "${data}"`);
  if (pool !== undefined) return { pool };
  if (study === "super-resolution" || preset !== undefined) return {};
  const [, , ...sides] = (await openImageSplit({ data }, "test")).reader.shape;
  return sides.every((side) => side === 28) ? { pool: 2 } : {};
}

/** Measuring shrinks with the budget, but not below what its errors need, and does not grow beyond the paper's own. */
function measureOf({ measure, budget }: Defaults, minutes: number, { samples, nllImages, nllK }: ScaleOptions): Scale["measure"] {
  const share = Math.min(1, minutes / budget);
  const shrunk = Object.fromEntries(
    Object.entries(measure).map(([name, count]) => [name, name === "nllK" ? count : Math.max(Math.min(count, fewest), Math.round(count * share))]),
  );
  const said = Object.entries({ samples, nllImages, nllK }).filter(([, count]) => count !== undefined);
  const { snapshotSamples } = shrunk;
  // Fewer samples at the end than on the way would be a strange thing to have asked for.
  const onTheWay = snapshotSamples !== undefined && samples !== undefined && { snapshotSamples: Math.min(snapshotSamples, samples) };
  return { ...shrunk, ...onTheWay, ...Object.fromEntries(said) };
}

function refuseOthers(study: StudyKind, given: ScaleOptions, what: string): void {
  const sizes = new Set(Object.values(understood).flat());
  const stray = [...sizes].filter((name) => given[name] !== undefined && !understood[study].includes(name));
  const [first] = stray;
  if (first === undefined) return;
  const owners = Object.entries(understood).flatMap(([kind, names]) => (names.includes(first) ? [kind] : []));
  const own = study === "none" ? "a closed form" : `of ${study}`;
  throw new Error(`${stray.map(flagOf).join(", ")}: expected only for experiments of ${owners.join(", ")}, got it for ${what}, ${own}; leave it out`);
}
