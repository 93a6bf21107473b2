/** @file What comes with the page: a flow of the moons, trained, and its particles, so that something moves at once. */
import { signal } from "@preact/signals";
import type { TrainingState } from "fluxion";
import { decodeSafetensors, mlp, stateFromTensors } from "fluxion";
import type { Frames } from "../lab/frames.ts";
import type { Problem } from "../lab/problem.ts";
import { sharedSpecs, sideSpecs } from "../settings/settings.ts";

/** The particles that play while the worker starts. */
export const cachedFrames = signal<Frames | undefined>(undefined);

/** The problem that was trained in advance: all defaults. */
export const pretrainedProblem: Problem = {
  data: { kind: "set", name: "moons", count: sharedSpecs.setSize.default },
  path: { kind: "ot", sigmaMin: sideSpecs.sigmaMin.default },
  objective: "velocity",
  width: sideSpecs.width.default,
  depth: sideSpecs.depth.default,
  batch: sharedSpecs.batch.default,
  learningRate: sideSpecs.rate.default,
  seed: sharedSpecs.seed.default,
};

/** Coordinates are kept as whole numbers of these. */
const unit = 1 / 4096;

/** Frames as bytes: the number of particles, of times, and 16-bit positions; times are even. */
export function encodeFrames({ count, times, positions }: Frames): Uint8Array<ArrayBuffer> {
  const words = Int16Array.from([count, times.length, ...positions], (value, i) => (i < 2 ? value : Math.max(-32767, Math.min(32767, Math.round(value / unit)))));
  return new Uint8Array(words.buffer);
}

/** The frames of those bytes. */
export function decodeFrames(bytes: ArrayBuffer): Frames {
  const words = new Int16Array(bytes);
  const [count = 0, times = 0] = words;
  return {
    count,
    times: Array.from({ length: times }, (_, i) => i / (times - 1)),
    positions: Float32Array.from(words.subarray(2), (value) => value * unit),
    nfe: 0,
  };
}

/** Fetches the cached particles. */
export async function loadCachedFrames(): Promise<void> {
  cachedFrames.value = decodeFrames(await (await fetched("moons.frames.bin")).arrayBuffer());
}

/** The state of the pretrained model, if a problem is that of all defaults. */
export async function pretrainedState(problem: Problem): Promise<TrainingState | undefined> {
  if (JSON.stringify(problem) !== JSON.stringify(pretrainedProblem)) return undefined;
  const bytes = new Uint8Array(await (await fetched("moons.state.safetensors")).arrayBuffer());
  const { tensors, metadata } = decodeSafetensors(bytes, "moons.state.safetensors");
  return stateFromTensors(mlp({ dimension: 2, width: problem.width, depth: problem.depth }), Number(metadata["step"]), tensors);
}

async function fetched(name: string): Promise<Response> {
  const answer = await fetch(`./pretrained/${name}`);
  if (!answer.ok) throw new Error(`studio: expected ${name} beside the page, got ${answer.status}; build it again`);
  return answer;
}
