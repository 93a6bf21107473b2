/** @file What the calls of a flow are given and give. */
import type { Key } from "../random/key.ts";
import type { FloatArray } from "../random/index.ts";
import type { SolverOptions } from "../solvers/index.ts";
import type { FlowResult } from "./chunks.ts";
import type { Conditioning } from "./conditioning.ts";

/** Options of every call that integrates. */
export interface IntegrateOptions extends SolverOptions, Conditioning {
  /** Examples per solve, from 1: larger requests are cut up. Default: by the size of an example. */
  readonly chunk?: number | undefined;
  /** Called as chunks finish. */
  readonly onProgress?: ((event: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** Options of sampling. */
export interface SampleOptions extends IntegrateOptions {
  /** Examples to draw, from 1. */
  readonly count: number;
  /** Names the noise: example i depends on the key and i alone. */
  readonly key: Key;
}

/** How log-densities are computed. */
export interface DensityOptions extends IntegrateOptions {
  /** The exact divergence (d directions at once), or Hutchinson's estimate (eq 34). Default "exact". */
  readonly divergence?: "exact" | "hutchinson" | undefined;
  /** Rademacher probes per example, held fixed along the trajectory, from 1. Default 1. Only for "hutchinson". */
  readonly probes?: number | undefined;
  /** Names the probes. Needed for "hutchinson". */
  readonly key?: Key | undefined;
}

/** Examples in data space with the cost of getting them. */
export interface Examples extends FlowResult {
  /** `[count, ...event]`, row-major. */
  readonly values: FloatArray;
  readonly shape: readonly number[];
}

/** Log-densities in nats, in data space. */
export interface Densities extends FlowResult {
  /** `[count]` */
  readonly logProb: Float64Array;
}
