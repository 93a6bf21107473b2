import type { Runtime } from "@fluxion/graph";
import type { Flow } from "fluxion";
import { createFlow, Key, normal, parameterCount, toPixels } from "fluxion";
import type { Method } from "./frames.ts";
import { timesFor } from "./frames.ts";
import type { OpenedRun } from "./run-record.ts";

/** What is known of a flow of images. */
export interface ImageInfo {
  /** Channels, height and width. */
  readonly shape: readonly [number, number, number];
  /** Classes that it can be told; none where it is told none. */
  readonly classes?: number | undefined;
  readonly parameters: number;
  readonly steps: number;
}

/** Images on their way from noise. */
export interface ImageFrames {
  readonly count: number;
  readonly times: readonly number[];
  /** `[times, count, channels, height, width]`, 0 to 255. */
  readonly pixels: Uint8Array;
  readonly nfe: number;
}

/** What is drawn. */
export interface ImageRequest {
  readonly count: number;
  readonly seed: number;
  /** Names the group of images within a request. */
  readonly group: number;
  readonly method: Method;
  /** The class of each. Default: none in particular. */
  readonly labels?: readonly number[] | undefined;
  /** w of classifier-free guidance; 1 is the model as trained. */
  readonly guidance?: number | undefined;
}

/** A flow of images. */
export interface ImageLab {
  readonly info: ImageInfo;
  sample(request: ImageRequest): Promise<ImageFrames>;
  dispose(): Promise<void>;
}

/** States that are kept, at most. */
const moments = 16;

/** The noise that the library starts from. */
function noiseOf(key: Key, count: number, size: number, std: number): Float32Array {
  const out = new Float32Array(count * size);
  for (let i = 0; i < count; i++) normal(key.child("noise", i), out.subarray(i * size, (i + 1) * size));
  return out.map((value) => std * value);
}

/** @throws Error for a run whose images the page cannot draw */
export function createImageLab(runtime: Runtime, name: string, run: OpenedRun): ImageLab {
  const { model, path, objective, transform, params } = run;
  const [channels = 0, height = 0, width = 0] = model.eventShape;
  if (model.eventShape.length !== 3 || (channels !== 1 && channels !== 3) || model.superResolution !== undefined || objective.kind === "restoration") {
    throw new Error(`${name}: expected a flow of grey or coloured images without further input, got another; sample it by "fluxion sample"`);
  }
  const flow: Flow = createFlow({ runtime, model, path: objective.pathOf(path), prediction: objective.prediction, params, transform });
  return {
    info: { shape: [channels, height, width], classes: model.classes, parameters: parameterCount(model), steps: run.steps },
    sample: async ({ count, seed, group, method, labels, guidance }) => {
      const times = timesFor(method, flow.path.interval, moments);
      const own = Key.from(seed).child("images", group);
      const told = model.classes === undefined ? {} : { labels: labels ?? model.classes, ...(labels !== undefined && guidance !== 1 && { guidance }) };
      const states = await flow.trajectory({ count, key: own, times: times.slice(1), ...method, ...told, throwOnFailure: false });
      const size = count * channels * height * width;
      const pixels = new Uint8Array(times.length * size);
      [noiseOf(own, count, size / count, path.priorStd), ...states.map(({ values }) => values)].forEach((values, i) => {
        pixels.set(toPixels(values), i * size);
      });
      return { count, times, pixels, nfe: states.reduce((sum, { nfe }) => sum + nfe, 0) };
    },
    dispose: () => flow.dispose(),
  };
}
