import type { HostTensor, Runtime } from "@fluxion/graph";
import { sizeOf } from "@fluxion/graph";
import type { DataTransform } from "../data/transform.ts";
import { applyTransform, invertTransform, logAbsDet } from "../data/transform.ts";
import type { Model } from "../models/model.ts";
import type { Params } from "../nn/module.ts";
import type { Prediction } from "../objectives/index.ts";
import { predictionInterval, withInterval } from "../objectives/index.ts";
import type { ScheduleChange } from "../paths/change-schedule.ts";
import type { AffinePath, Path } from "../paths/path.ts";
import type { FloatArray } from "../random/index.ts";
import type { Densities, DensityOptions, Examples, IntegrateOptions, SampleOptions } from "./calls.ts";
import { changeOf } from "./changed.ts";
import { checkExamples, checkParams, checkTimes } from "./checks.ts";
import { wholeFrom } from "../whole-from.ts";
import { chunkedSolver } from "./chunked-solver.ts";
import { noiseFor } from "./draws.ts";
import { checkPrecision } from "./precision.ts";
import type { Precision } from "./precision.ts";
import { priorLogDensity } from "./prior.ts";

/** What a flow is made of. */
export interface FlowOptions {
  readonly runtime: Runtime;
  readonly model: Model;
  /** Trained values of all parameters; the weight average, where there is one. */
  readonly params: Params<HostTensor>;
  /** The path that the model was trained on. */
  readonly path: Path;
  /** Integrate along another affine path instead, where the signal-to-noise ratios of both meet (`changeSchedule`). */
  readonly schedule?: AffinePath | undefined;
  /** What the model was trained to predict. Default "velocity". Others need an affine path. */
  readonly prediction?: Prediction | undefined;
  /** The transform that the model was trained under. Default: none. */
  readonly transform?: DataTransform | undefined;
  /**
   * What the network is evaluated in. In half precision, "float16", its parameters and activations are; states, times and
   * log-densities stay float32. A GPU without it refuses. Default "float32".
   */
  readonly precision?: Precision | undefined;
  /** Threads. Default: by the size of the work. */
  readonly threads?: number | undefined;
}

/** A trained continuous normalizing flow. */
export interface Flow {
  readonly model: Model;
  /** The path that it integrates along; its interval ends where the prediction determines no velocity. */
  readonly path: Path;
  readonly prediction: Prediction;
  /** How this path differs from that of the model, and what was cut off; none where it does not. */
  readonly change?: ScheduleChange | undefined;
  readonly transform: DataTransform;
  readonly params: Params<HostTensor>;
  /** Draws examples: noise from the prior, carried along the velocity field (eq 1). */
  sample(options: SampleOptions): Promise<Examples>;
  /** Draws examples and their log-densities in one solve (eqs 27–30). */
  sampleWithLogProb(options: SampleOptions & Omit<DensityOptions, "key">): Promise<Examples & Densities>;
  /** Carries data `[count, ...event]` back to noise. */
  encode(data: FloatArray, options?: IntegrateOptions): Promise<Examples>;
  /** Carries noise `[count, ...event]` to data. */
  decode(noise: FloatArray, options?: IntegrateOptions): Promise<Examples>;
  /** Log-densities of data `[count, ...event]`, by the reverse solve (eqs 31–35). */
  logProb(data: FloatArray, options?: DensityOptions): Promise<Densities>;
  /** The states at chosen times, in model space, of `count` noise points; `times` grow and lie in the path's interval. */
  trajectory(options: SampleOptions & { readonly times: readonly number[] }): Promise<readonly Examples[]>;
  /** Frees the compiled programs. */
  dispose(): Promise<void>;
}

/**
 * Makes a flow of a model, its parameters and a path. Programs are compiled at first use, with the parameters packed
 * into them.
 *
 * @throws RangeError if the parameters do not fit the model, the precision is unknown, the path is not affine for another
 * prediction than the velocity, or a schedule has no signal-to-noise ratios in common with the path; TypeError for a schedule
 * where the path is not affine
 */
export function createFlow(options: FlowOptions): Flow {
  const { runtime, model, params, prediction = "velocity", transform = { kind: "identity" }, precision = "float32", threads } = options;
  const modelPath = withInterval(options.path, predictionInterval(options.path, prediction));
  const change = changeOf(modelPath, options.schedule);
  const path = change?.path ?? modelPath;
  const event = model.eventShape;
  const size = sizeOf(event);
  const [t0, t1] = path.interval;
  checkParams(model, params);
  checkPrecision("createFlow", precision);
  const solver = chunkedSolver({ runtime, parts: { model, params, path: modelPath, prediction, change, precision }, transform, threads });

  const noise = ({ key }: SampleOptions) => (first: number, length: number): readonly [FloatArray] => [
    noiseFor(key, first, length, size, path.priorStd),
  ];
  const noiseWithDensity = (options: SampleOptions) => (first: number, length: number): readonly [FloatArray, FloatArray] => {
    const [x] = noise(options)(first, length);
    return [x, priorLogDensity(x, size, path.priorStd)];
  };
  const rows = (values: FloatArray) => (first: number, length: number): readonly [FloatArray] => [
    values.subarray(first * size, (first + length) * size),
  ];
  const shaped = (values: FloatArray): { values: FloatArray; shape: number[] } => ({
    values,
    shape: [values.length / size, ...event],
  });
  const jacobian = logAbsDet(transform, size);

  return {
    model,
    path,
    prediction,
    change,
    transform,
    params,
    sample: async (options) => {
      const { x, ...cost } = await solver.solve({ count: options.count, interval: [t0, t1], options, carried: "velocity", start: noise(options) });
      return { ...shaped(invertTransform(transform, x)), ...cost };
    },
    sampleWithLogProb: async (options) => {
      const { x, logDensity, ...cost } = await solver.solve({
        count: options.count,
        interval: [t0, t1],
        options: { ...options, key: options.key.child("probes") },
        carried: options.divergence ?? "exact",
        start: noiseWithDensity(options),
      });
      return { ...shaped(invertTransform(transform, x)), logProb: logDensity.map((value) => value + jacobian), ...cost };
    },
    encode: async (data, options = {}) => {
      const y = applyTransform(transform, checkExamples("encode", data, event));
      const { x, ...cost } = await solver.solve({ count: y.length / size, interval: [t1, t0], options, carried: "velocity", start: rows(y) });
      return { ...shaped(x), ...cost };
    },
    decode: async (z, options = {}) => {
      const count = checkExamples("decode", z, event).length / size;
      const { x, ...cost } = await solver.solve({ count, interval: [t0, t1], options, carried: "velocity", start: rows(z) });
      return { ...shaped(invertTransform(transform, x)), ...cost };
    },
    logProb: async (data, options = {}) => {
      const y = applyTransform(transform, checkExamples("logProb", data, event));
      const carried = options.divergence ?? "exact";
      const { x, logDensity, ...cost } = await solver.solve({ count: y.length / size, interval: [t1, t0], options, carried, start: rows(y) });
      // Backward, the second state has gathered the integral of the divergence (eq 33).
      const prior = priorLogDensity(x, size, path.priorStd);
      return { logProb: logDensity.map((integral, i) => (prior[i] ?? NaN) - integral + jacobian), ...cost };
    },
    trajectory: async ({ times, ...options }) => {
      checkTimes(times, path.interval);
      const count = wholeFrom("flow: count", options.count, 1);
      const results: Examples[] = [];
      let values: FloatArray = noiseFor(options.key, 0, count, size, path.priorStd);
      let from = t0;
      for (const to of times) {
        const share = solverShare(options, (to - from) / (t1 - t0));
        const { x, ...cost } = await solver.solve({ count, interval: [from, to], options: share, carried: "velocity", start: rows(values) });
        results.push({ ...shaped(x), ...cost });
        values = x;
        from = to;
      }
      return results;
    },
    dispose: () => solver.dispose(),
  };
}

/** A fixed grid gives each part of a trajectory its share of the steps. */
function solverShare(options: IntegrateOptions, share: number): IntegrateOptions {
  if (options.grid) throw new RangeError("trajectory: grid: expected steps, of which every part gets its share, got a grid; leave it out");
  return options.steps === undefined ? options : { ...options, steps: Math.max(1, Math.round(options.steps * share)) };
}
