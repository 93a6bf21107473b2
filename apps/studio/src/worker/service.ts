/** @file What the worker does for the page. */
import type { Device, Runtime } from "@fluxion/graph";
import type { ChunkReport, FloatArray, TrainingState } from "fluxion";
import { parameterCount } from "fluxion";
import type { Side } from "../settings/problem-of.ts";
import type { Frames, Method } from "../lab/frames.ts";
import type { ImageFrames, ImageInfo, ImageLab, ImageRequest } from "../lab/image-lab.ts";
import { createImageLab } from "../lab/image-lab.ts";
import type { Lab, Likelihood } from "../lab/lab.ts";
import { createLab } from "../lab/lab.ts";
import type { Engine } from "./runtime.ts";
import type { PathPicture } from "../lab/path-frames.ts";
import { marginalFrames } from "../lab/path-frames.ts";
import type { RunFiles } from "../lab/run-record.ts";
import { openRunFiles } from "../lab/run-record.ts";
import { fieldParticles } from "../lab/onnx-field.ts";
import type { Problem } from "../lab/problem.ts";

/** What is known of a model once it is there. */
export interface Opened {
  readonly parameters: number;
  readonly step: number;
  readonly interval: readonly [number, number];
  readonly priorStd: number;
  readonly entropy?: number | undefined;
}

/** What some steps of training did. */
export interface Advanced {
  readonly step: number;
  readonly losses: Float32Array;
  readonly seconds: number;
}

/** What one solve cost, and where it ended. */
export interface Solved {
  /** `[count, 2]` in data space. */
  readonly values: Float32Array;
  readonly nfe: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly result: string;
}

/** The worker as the page sees it. */
export interface StudioService {
  /** Starts the runtime; needed before anything else. */
  start(engine: Engine): Promise<Device>;
  /** Makes a model; a state goes on where it was. */
  open(side: Side, problem: Problem, state?: TrainingState): Promise<Opened>;
  close(side: Side): Promise<void>;
  /** Trains for about some seconds, at least one step, at most to `total`. */
  advance(side: Side, seconds: number, total: number): Promise<Advanced>;
  /** Trains some steps exactly. */
  step(side: Side, count: number, total: number): Promise<Advanced>;
  /** A copy of all that training needs to go on. */
  state(side: Side): Promise<TrainingState>;
  particles(side: Side, count: number, method: Method): Promise<Frames>;
  carry(side: Side, points: Float32Array, t: number, method: Method): Promise<Frames>;
  velocities(side: Side, points: Float32Array, times: readonly number[]): Promise<Float32Array>;
  logDensity(side: Side, points: Float32Array, method: Method): Promise<Float64Array>;
  likelihood(side: Side, count: number): Promise<Likelihood>;
  sample(side: Side, count: number, method: Method): Promise<Solved>;
  /** The velocity field as an ONNX file. */
  encodeField(side: Side): Promise<Uint8Array<ArrayBuffer>>;
  /** Particles of the field of an ONNX file. */
  fieldParticles(bytes: Uint8Array, file: string, count: number, method: Method): Promise<Frames>;
  /** Opens a run of images. */
  openImages(files: RunFiles): Promise<ImageInfo>;
  /** Draws some images of the run that is open. */
  images(request: ImageRequest): Promise<ImageFrames>;
  /** The flow of the marginal field of a path. */
  marginal(picture: PathPicture): Promise<Frames>;
}

/**
 * The service on a runtime.
 *
 * @param openRuntime - called once, by `start`
 * @param now - milliseconds, for the length of calls
 */
export function studioService(openRuntime: (engine: Engine) => Promise<Runtime>, now: () => number): StudioService {
  const labs: [Lab | undefined, Lab | undefined] = [undefined, undefined];
  /** Milliseconds of one training step, as last seen. */
  const stepMs: [number, number] = [20, 20];
  let images: ImageLab | undefined;
  let started: Promise<Runtime> | undefined;
  const runtime = (): Promise<Runtime> => started ?? Promise.reject(new Error("studio: expected a started worker, got one that is not; start it first"));
  const lab = (side: Side): Lab => {
    const found = labs[side];
    if (!found) throw new Error("studio: expected a model, got none yet; open one first");
    return found;
  };
  const advanceBy = async (side: Side, count: number, total: number): Promise<Advanced> => {
    const begin = now();
    const report: ChunkReport = await lab(side).advance(count, total);
    const ms = now() - begin;
    stepMs[side] = ms / count;
    return { step: report.step, losses: report.losses.slice(), seconds: ms / 1000 };
  };

  return {
    start: async (engine) => {
      started ??= openRuntime(engine);
      return (await started).device;
    },
    open: async (side, problem, state) => {
      const made = await createLab(await runtime(), problem, state);
      await labs[side]?.dispose();
      labs[side] = made;
      stepMs[side] = 20;
      const { model, path, entropy } = made.parts;
      return { parameters: parameterCount(model), step: made.step, interval: made.interval, priorStd: path.priorStd, entropy };
    },
    close: async (side) => {
      await labs[side]?.dispose();
      labs[side] = undefined;
    },
    advance: async (side, seconds, total) => {
      const left = total - lab(side).step;
      // Not much more than before at once: the first call measures.
      const count = Math.max(1, Math.min(left, 200, Math.round((1000 * seconds) / stepMs[side])));
      return advanceBy(side, count, total);
    },
    step: advanceBy,
    state: async (side) => structuredClone(await lab(side).read()),
    particles: async (side, count, method) => lab(side).particles(count, method),
    carry: async (side, points, t, method) => lab(side).carry(points, t, method),
    velocities: async (side, points, times) => lab(side).velocities(points, times),
    logDensity: async (side, points, method) => (await lab(side).logDensity(points, method)).logProb,
    likelihood: async (side, count) => lab(side).likelihood(count),
    sample: async (side, count, method) => {
      const { values, nfe, accepted, rejected, result } = await lab(side).sample({ count, ...method, throwOnFailure: false });
      return { values: float32(values), nfe, accepted, rejected, result };
    },
    encodeField: async (side) => lab(side).encodeField(),
    fieldParticles: async (bytes, file, count, method) => fieldParticles(await runtime(), bytes, file, count, method),
    openImages: async (files) => {
      const made = createImageLab(await runtime(), files.name, openRunFiles(files));
      await images?.dispose();
      images = made;
      return made.info;
    },
    images: async (request) => {
      if (!images) throw new Error("studio: expected a run of images, got none yet; open one first");
      return images.sample(request);
    },
    marginal: async (picture) => marginalFrames(await runtime(), picture),
  };
}

const float32 = (values: FloatArray): Float32Array => (values instanceof Float32Array ? values : Float32Array.from(values));
