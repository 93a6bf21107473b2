/** @file A model as a safetensors file that says what it is of, and back. */
import type { TrainingState } from "fluxion";
import { decodeSafetensors, encodeSafetensors, mlp, stateFromTensors, stateTensors } from "fluxion";
import type { Problem } from "../lab/problem.ts";
import { partsOf } from "../lab/problem.ts";

const format = "fluxion-studio-1";

/** A model that can be trained further and sampled. */
export interface KeptModel {
  readonly problem: Problem;
  readonly state: TrainingState;
}

/** Own points are numbers in the file's metadata. */
const problemText = ({ data, ...rest }: Problem): string =>
  JSON.stringify({ ...rest, data: data.kind === "set" ? data : { kind: "points", points: Array.from(data.points) } });

/** The bytes of a model's file: weights, their average and the optimiser's moments. */
export function encodeModel({ problem, state }: KeptModel): Uint8Array<ArrayBuffer> {
  const metadata = { format, problem: problemText(problem), step: String(state.step) };
  return Uint8Array.from(encodeSafetensors(stateTensors(state), metadata));
}

/**
 * The model of a file.
 *
 * @throws Error naming the file, if it is foreign, truncated or of a problem that is none
 */
export function decodeModel(bytes: Uint8Array, file: string): KeptModel {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  if (metadata["format"] !== format) {
    throw new Error(`${file}: expected weights that the studio exported, got a safetensors file of another kind; open a run of the command line under Images`);
  }
  const problem = problemFrom(metadata["problem"] ?? "", file);
  const model = mlp({ dimension: 2, width: problem.width, depth: problem.depth });
  return { problem, state: stateFromTensors(model, Number(metadata["step"]), tensors) };
}

function problemFrom(text: string, file: string): Problem {
  try {
    const { data, ...rest } = JSON.parse(text) as Problem;
    const problem: Problem = { ...rest, data: data.kind === "set" ? data : { kind: "points", points: Float32Array.from(data.points) } };
    // Everything that a model is made of checks itself.
    partsOf(problem);
    return problem;
  } catch (cause) {
    throw new Error(`${file}: expected the settings of a model, got others: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
