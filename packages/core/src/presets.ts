/** @file The networks and settings of the paper's experiments (Table 3). */
import type { AdmOptions } from "./models/adm.ts";
import type { OptimizerConfig } from "./training/optimizer.ts";

/** A network and how the paper trains it. */
export interface Preset {
  /** Options of `adm`. */
  readonly model: AdmOptions;
  readonly training: Pick<OptimizerConfig, "learningRate" | "warmupSteps" | "schedule" | "clipNorm" | "emaDecay"> & {
    /** Examples per optimiser step, over all devices: the paper's effective batch. */
    readonly batchSize: number;
    /** Optimiser steps: the paper's iterations. */
    readonly steps: number;
  };
}

/** What all columns share. Neither clipping nor averaging is mentioned in the paper: these are our choices. */
const shared = { clipNorm: 1, emaDecay: 0.9999 } as const;

/**
 * The columns of Table 3 by name. Adam's constants are the defaults of the optimiser. The paper does not say which flags
 * of ADM it sets: ours are those of ADM's ImageNet models, scale and shift by time and resampling in residual blocks.
 * Its heads, 4, give way to the 64 channels of each, as in ADM's code.
 */
export const presets = {
  cifar10: {
    model: { image: [3, 32, 32], channels: 256, multiples: [1, 2, 2, 2], blocks: 2, attention: [16], headChannels: 64 },
    training: { ...shared, batchSize: 256, steps: 391_000, learningRate: 5e-4, schedule: "polynomial", warmupSteps: 45_000 },
  },
  imagenet32: {
    model: { image: [3, 32, 32], channels: 256, multiples: [1, 2, 2, 2], blocks: 3, attention: [16, 8], headChannels: 64 },
    training: { ...shared, batchSize: 1024, steps: 250_000, learningRate: 1e-4, schedule: "polynomial", warmupSteps: 20_000 },
  },
  imagenet64: {
    model: { image: [3, 64, 64], channels: 192, multiples: [1, 2, 3, 4], blocks: 3, attention: [32, 16, 8], headChannels: 64 },
    training: { ...shared, batchSize: 2048, steps: 157_000, learningRate: 1e-4, schedule: "constant", warmupSteps: 0 },
  },
  imagenet128: {
    model: { image: [3, 128, 128], channels: 256, multiples: [1, 1, 2, 3, 4], blocks: 3, attention: [32, 16, 8], headChannels: 64 },
    training: { ...shared, batchSize: 1536, steps: 500_000, learningRate: 1e-4, schedule: "polynomial", warmupSteps: 20_000 },
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** The name of a preset. */
export type PresetName = keyof typeof presets;

/** Whether there is a preset of that name. */
export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}
