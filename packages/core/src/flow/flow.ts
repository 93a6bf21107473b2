import type { HostTensor, Runtime } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import type { DataTransform } from "../data/transform.ts";
import { applyTransform, invertTransform, logAbsDet } from "../data/transform.ts";
import type { Model } from "../models/model.ts";
import type { Params } from "../nn/module.ts";
import type { Prediction } from "../objectives/index.ts";
import { predictionInterval, withInterval } from "../objectives/index.ts";
import type { ScheduleChange } from "../paths/change-schedule.ts";
import type { AffinePath, Path } from "../paths/path.ts";
import type { Key } from "../random/key.ts";
import { normal, rademacher } from "../random/index.ts";
import type { FloatArray } from "../random/index.ts";
import type { Integrator, SolverOptions } from "../solvers/index.ts";
import { integrator } from "../solvers/index.ts";
import { solverOptionsOf } from "../solvers/options.ts";
import { changeOf } from "./changed.ts";
import { chunksOf, combineChunks, defaultChunk } from "./chunks.ts";
import type { FlowResult } from "./chunks.ts";
import { checkConditioning } from "./conditioning.ts";
import type { Conditioning } from "./conditioning.ts";
import { densityField, velocityField } from "./fields.ts";
import type { FieldParts } from "./fields.ts";
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
  /** Threads. Default: by the size of the work. */
  readonly threads?: number | undefined;
}

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
 * @throws RangeError if the parameters do not fit the model, the path is not affine for another prediction than the velocity,
 * or a schedule has no signal-to-noise ratios in common with the path; TypeError for a schedule where the path is not affine
 */
export function createFlow(options: FlowOptions): Flow {
  const { runtime, model, params, prediction = "velocity", transform = { kind: "identity" }, threads } = options;
  const modelPath = withInterval(options.path, predictionInterval(options.path, prediction));
  const change = changeOf(modelPath, options.schedule);
  const path = change?.path ?? modelPath;
  const parts: FieldParts = { model, params, path: modelPath, prediction, change };
  const event = model.eventShape;
  const size = sizeOf(event);
  const [t0, t1] = path.interval;
  checkParams(model, params);
  const integrators = new Map<string, Integrator>();
  const using = (kind: string, probes: number, guided: boolean, chunk: number): Integrator => {
    const name = `${kind} ${String(probes)} ${String(guided)}`;
    const made = { ...parts, guided };
    const field = kind === "velocity" ? velocityField(made) : densityField(made, kind === "exact" ? undefined : probes);
    const solver = integrators.get(name) ?? integrator(runtime, field, { threads, sizes: { batch: chunk } });
    integrators.set(name, solver);
    return solver;
  };

  /** Solves chunk by chunk; `start` gives the first state of examples `from`… in model space. */
  const run = async (
    count: number,
    [from, to]: readonly [number, number],
    options: IntegrateOptions & Partial<DensityOptions>,
    kind: "velocity" | "exact" | "hutchinson",
    start: (first: number, length: number) => readonly [FloatArray, FloatArray?],
  ) => {
    const probes = kind === "hutchinson" ? wholeFrom1("probes", options.probes ?? 1) : 1;
    if (kind === "hutchinson" && !options.key) {
      throw new TypeError("logProb: key: expected a key that names the probes of Hutchinson's estimate, got none; pass { key }");
    }
    const directions = kind === "exact" ? size : kind === "hutchinson" ? probes : 0;
    const chunk = wholeFrom1("chunk", options.chunk ?? defaultChunk(size, directions));
    const conditions = checkConditioning(model, transform, options, wholeFrom1("count", count));
    const solver = using(kind, probes, conditions.guided, Math.min(chunk, count));
    const results = [];
    for (const [first, length] of chunksOf(count, chunk)) {
      const [x, logDensity = new Float32Array(length)] = start(first, length);
      const state = [hostTensor(x, [length, ...event])];
      if (kind !== "velocity") state.push(hostTensor(logDensity, [length]));
      const extras = {
        ...conditions.extras(first, length),
        ...(kind === "hutchinson" && options.key && { probes: probesFor(options.key, first, length, probes, event) }),
      };
      results.push(await solver.solve(state, [from, to], solverOptionsOf(options), extras));
      options.onProgress?.({ done: first + length, total: count });
    }
    return combineChunks(results, size);
  };

  const noise = ({ key }: SampleOptions) => (first: number, length: number): readonly [FloatArray, FloatArray] => {
    const x = noiseFor(key, first, length, size, path.priorStd);
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
      const { x, ...cost } = await run(options.count, [t0, t1], options, "velocity", noise(options));
      return { ...shaped(invertTransform(transform, x)), ...cost };
    },
    sampleWithLogProb: async (options) => {
      const { x, logDensity, ...cost } = await run(
        options.count,
        [t0, t1],
        { ...options, key: options.key.child("probes") },
        options.divergence ?? "exact",
        noise(options),
      );
      return { ...shaped(invertTransform(transform, x)), logProb: logDensity.map((value) => value + jacobian), ...cost };
    },
    encode: async (data, options = {}) => {
      const y = applyTransform(transform, checkExamples("encode", data, event));
      const { x, ...cost } = await run(y.length / size, [t1, t0], options, "velocity", rows(y));
      return { ...shaped(x), ...cost };
    },
    decode: async (z, options = {}) => {
      const count = checkExamples("decode", z, event).length / size;
      const { x, ...cost } = await run(count, [t0, t1], options, "velocity", rows(z));
      return { ...shaped(invertTransform(transform, x)), ...cost };
    },
    logProb: async (data, options = {}) => {
      const y = applyTransform(transform, checkExamples("logProb", data, event));
      const kind = options.divergence ?? "exact";
      const { x, logDensity, ...cost } = await run(y.length / size, [t1, t0], options, kind, rows(y));
      // Backward, the second state has gathered the integral of the divergence (eq 33).
      const prior = priorLogDensity(x, size, path.priorStd);
      return { logProb: logDensity.map((integral, i) => (prior[i] ?? NaN) - integral + jacobian), ...cost };
    },
    trajectory: async ({ times, ...options }) => {
      checkTimes(times, path.interval);
      const results: Examples[] = [];
      let values: FloatArray = noiseFor(options.key, 0, wholeFrom1("count", options.count), size, path.priorStd);
      let from = t0;
      for (const to of times) {
        const share = solverShare(options, (to - from) / (t1 - t0));
        const { x, ...cost } = await run(options.count, [from, to], share, "velocity", rows(values));
        results.push({ ...shaped(x), ...cost });
        values = x;
        from = to;
      }
      return results;
    },
    dispose: async () => {
      const all = [...integrators.values()];
      integrators.clear();
      await Promise.all(all.map((solver) => solver.dispose()));
    },
  };
}

/** A fixed grid gives each part of a trajectory its share of the steps. */
function solverShare(options: IntegrateOptions, share: number): IntegrateOptions {
  return options.steps === undefined ? options : { ...options, steps: Math.max(1, Math.round(options.steps * share)) };
}

function checkTimes(times: readonly number[], [t0, t1]: readonly [number, number]): void {
  const grow = times.every((t, i) => t >= (times[i - 1] ?? t0) && t <= t1);
  if (grow && times.length > 0) return;
  throw new RangeError(
    `trajectory: times: expected times that do not fall, within [${String(t0)}, ${String(t1)}], got [${times.join(", ")}]`,
  );
}

function wholeFrom1(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`flow: ${name}: expected a whole number from 1, got ${String(value)}`);
}

function checkParams(model: Model, params: Params<HostTensor>): void {
  for (const [name, { shape }] of Object.entries(model.parameters)) {
    const got = params[name]?.shape;
    if (got?.join() === shape.join()) continue;
    throw new RangeError(
      `createFlow: expected the parameter "${name}" of shape [${shape.join(", ")}], got ${got ? `[${got.join(", ")}]` : "none"}`,
    );
  }
}

function checkExamples(name: string, data: FloatArray, event: readonly number[]): FloatArray {
  const size = sizeOf(event);
  if (data.length === 0 || data.length % size !== 0) {
    throw new RangeError(
      `${name}: expected examples [count, ${event.join(", ")}], a multiple of ${String(size)} values, got ${String(data.length)}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`${name}: expected finite values, got ${String(data[bad])} in example ${String(Math.floor(bad / size))}`);
  }
  return data;
}

/** Noise of examples `first`…: each depends on its own number, so chunks do not matter. */
function noiseFor(key: Key, first: number, length: number, size: number, std: number): Float32Array {
  const out = new Float32Array(length * size);
  for (let i = 0; i < length; i++) normal(key.child("noise", first + i), out.subarray(i * size, (i + 1) * size));
  return std === 1 ? out : out.map((value) => value * std);
}

function probesFor(key: Key, first: number, length: number, probes: number, event: readonly number[]): HostTensor {
  const size = sizeOf(event);
  const out = new Float32Array(probes * length * size);
  for (let p = 0; p < probes; p++) {
    for (let i = 0; i < length; i++) {
      const at = (p * length + i) * size;
      rademacher(key.child("probe", p, first + i), out.subarray(at, at + size));
    }
  }
  return hostTensor(out, [probes, length, ...event]);
}

