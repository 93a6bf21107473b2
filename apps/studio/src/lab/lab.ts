import type { Executable, Runtime } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import type { AffinePath, Densities, Examples, Flow, FloatArray, SampleOptions, Trainer, TrainingState } from "fluxion";
import {
  applyTransform, createFlow, createTrainer, initialState, integrator, meanAndError, normal, predictionInterval, unflattenValues, withInterval,
} from "fluxion";
import type { Frames, Method } from "./frames.ts";
import { follow, framesOf, timesBetween, timesFor } from "./frames.ts";
import { encodeField } from "./onnx-field.ts";
import type { Parts, Problem } from "./problem.ts";
import { partsOf } from "./problem.ts";
import { velocityField, velocityProgram } from "./velocity.ts";

/** How likely held-out points are. */
export interface Likelihood {
  /** The mean of −log p over the points, in nats, and its standard error. */
  readonly nll: number;
  readonly standardError: number;
  readonly count: number;
  readonly nfe: number;
  /** The least there can be, where it is known. */
  readonly entropy?: number | undefined;
}

/** A model in the making, and all that can be asked of it. */
export interface Lab {
  readonly parts: Parts;
  /** Steps done. */
  readonly step: number;
  /** The state of training. */
  read(): Promise<TrainingState>;
  /** Where the flow is defined. */
  readonly interval: readonly [number, number];
  advance: Trainer["advance"];
  restore(state: TrainingState): void;
  /** Particles from the prior to the data. */
  particles(count: number, method: Method): Promise<Frames>;
  /** Points `[n, 2]` of data space that stand there at time `t`, carried to both ends. */
  carry(points: Float32Array, t: number, method: Method): Promise<Frames>;
  /** Velocities `[times, n, 2]` in data space at points `[n, 2]`. */
  velocities(points: Float32Array, times: readonly number[]): Promise<Float32Array>;
  /** Log-densities in nats of points `[n, 2]` of data space. */
  logDensity(points: FloatArray, method: Method): Promise<Densities>;
  /** −log p of the first `count` held-out points, at the library's own tolerances. */
  likelihood(count: number): Promise<Likelihood>;
  /** The velocity field as an ONNX file. */
  encodeField(): Promise<Uint8Array<ArrayBuffer>>;
  /** Samples, as the library draws them. */
  sample(options: Omit<SampleOptions, "key">): Promise<Examples>;
  dispose(): Promise<void>;
}

/**
 * Compiles what trains and shows a model.
 *
 * @throws RangeError or Error for a problem that is none
 */
export async function createLab(runtime: Runtime, problem: Problem, state?: TrainingState): Promise<Lab> {
  const parts = partsOf(problem);
  const { model, objective, training, key } = parts;
  const first = state ?? initialState(model, key.child("training"));
  const prediction = objective.prediction;
  // Training may cut more than sampling: what it never saw is not asked of the network.
  const trained = objective.pathOf(parts.path) as AffinePath;
  const path = withInterval(trained, predictionInterval(trained, prediction));
  const velocityParts = { model, prediction, path, size: first.params.length };
  const trainer = await createTrainer({
    runtime,
    model,
    path: parts.path,
    objective,
    data: training,
    key: key.child("training"),
    batchSize: problem.batch,
    learningRate: problem.learningRate,
    warmupSteps: 200,
    schedule: "polynomial",
    state: first,
  });
  const moving = integrator(runtime, velocityField(velocityParts), { sizes: { batch: 2000 } });
  let velocities: Promise<Executable<"v">> | undefined;
  let flow: { readonly of: TrainingState; readonly made: Flow } | undefined;

  const weights = async (): Promise<Record<string, ReturnType<typeof hostTensor>>> => {
    const { ema } = await trainer.read();
    return { params: hostTensor(ema, [ema.length]) };
  };
  const frames = async (start: Float32Array, times: readonly number[], method: Method) =>
    follow({ integrator: moving, extras: await weights(), start, method }, times);
  /** The library's flow of the present weights. */
  const current = async (): Promise<Flow> => {
    const state = await trainer.read();
    if (flow?.of === state) return flow.made;
    await flow?.made.dispose();
    const params = unflattenValues(model.parameters, state.ema);
    flow = { of: state, made: createFlow({ runtime, model, path: trained, prediction, params, transform: training.transform }) };
    return flow.made;
  };

  return {
    parts,
    get step() {
      return trainer.step;
    },
    read: () => trainer.read(),
    interval: path.interval,
    advance: (count, total) => trainer.advance(count, total),
    restore: (given) => trainer.restore(given),
    particles: async (count, method) => {
      const start = new Float32Array(count * 2);
      // As the library draws it: each particle depends on its own number, so more of them keep those that are there.
      for (let i = 0; i < count; i++) normal(key.child("samples", "noise", i), start.subarray(2 * i, 2 * i + 2));
      const times = timesFor(method, path.interval);
      const { states, nfe } = await frames(start.map((value) => value * path.priorStd), times, method);
      return framesOf(states, times, training.transform, nfe);
    },
    carry: async (points, t, method) => {
      const [t0, t1] = path.interval;
      const from = Math.min(t1, Math.max(t0, t));
      const start = Float32Array.from(applyTransform(training.transform, points));
      const segments = (length: number): number => Math.max(1, Math.round((32 * length) / (t1 - t0)));
      const fine: Method = method.steps === undefined ? method : { ...method, steps: Math.max(64, method.steps) };
      const back = from > t0 ? timesBetween(from, t0, segments(from - t0)) : [from];
      const on = from < t1 ? timesBetween(from, t1, segments(t1 - from)) : [from];
      const [backward, forward] = [await frames(start, back, fine), await frames(start, on, fine)];
      const states = [...backward.states.reverse(), ...forward.states.slice(1)];
      return framesOf(states, [...back.reverse(), ...on.slice(1)], training.transform, backward.nfe + forward.nfe);
    },
    velocities: async (points, times) => {
      velocities ??= runtime.compile(velocityProgram(velocityParts), { sizes: { batch: 4000 } });
      const n = points.length / 2;
      const [t0, t1] = path.interval;
      const x = new Float32Array(points.length * times.length);
      const t = new Float32Array(n * times.length);
      const own = Float32Array.from(applyTransform(training.transform, points));
      times.forEach((time, i) => {
        x.set(own, i * own.length);
        t.fill(Math.min(t1, Math.max(t0, time)), i * n, (i + 1) * n);
      });
      const { v } = await (await velocities).run({ ...(await weights()), x: hostTensor(x, [t.length, 2]), t: hostTensor(t, [t.length]) });
      const { std } = training.transform as { readonly std: readonly number[] };
      return Float32Array.from(v.data as Float32Array, (value, i) => value * (std[i % 2] ?? 1));
    },
    logDensity: async (points, method) => (await current()).logProb(points, { ...method, throwOnFailure: false }),
    likelihood: async (count) => {
      const { logProb, nfe } = await (await current()).logProb(parts.heldOut.subarray(0, 2 * count));
      const { mean, standardError } = meanAndError(logProb.map((value) => -value));
      return { nll: mean, standardError, count: logProb.length, nfe, entropy: parts.entropy };
    },
    encodeField: async () => encodeField({ model, prediction, path, transform: training.transform, weights: (await trainer.read()).ema, seed: problem.seed }),
    sample: async (options) => (await current()).sample({ ...options, key: key.child("samples") }),
    dispose: async () => {
      await Promise.all([trainer.dispose(), moving.dispose(), velocities?.then((made) => made.dispose()), flow?.made.dispose()]);
    },
  };
}
