/** @file Runs of the command line, as their `options.json` and `weights.safetensors` tell them. */
import type { HostTensor } from "@fluxion/graph";
import type { DataTransform, Model, Objective, Params, Path } from "fluxion";
import { decodeSafetensors, flattenValues, isPointSetName, mlp, modelFromConfig, objectiveFromConfig, pathFromConfig, unflattenValues } from "fluxion";
import type { Problem } from "./problem.ts";

/** A run that can be sampled. */
export interface OpenedRun {
  readonly model: Model;
  readonly path: Path;
  readonly objective: Objective;
  readonly transform: DataTransform;
  readonly params: Params<HostTensor>;
  readonly steps: number;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The two files of a run. */
export interface RunFiles {
  /** What messages call it. */
  readonly name: string;
  /** The text of `options.json`. */
  readonly options: string;
  /** The bytes of `weights.safetensors`. */
  readonly weights: Uint8Array;
}

/** @throws Error naming the run, if a file is foreign or damaged */
export function openRunFiles({ name, options: text, weights }: RunFiles): OpenedRun {
  const record = recordOf(name, text);
  const { model: config, path, objective = { kind: "velocity" }, transform, options } = record;
  const model = modelFromConfig(config);
  const { tensors, metadata } = decodeSafetensors(weights, `${name}/weights.safetensors`);
  return {
    model,
    path: pathFromConfig(path),
    objective: objectiveFromConfig(objective),
    transform,
    // Checks names and shapes.
    params: unflattenValues(model.parameters, flattenValues(model.parameters, tensors)),
    steps: Number(metadata["step"]),
    options,
  };
}

interface RunRecord {
  readonly model: Readonly<Record<string, unknown>>;
  readonly path: Readonly<Record<string, unknown>>;
  readonly objective?: Readonly<Record<string, unknown>>;
  readonly transform: DataTransform;
  readonly options: Readonly<Record<string, unknown>>;
}

function recordOf(name: string, text: string): RunRecord {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${name}/options.json: expected JSON, got a corrupt file; restore it from a copy or train again`, { cause });
  }
  const { format, version, model, path, transform, options } = (record ?? {}) as Partial<RunRecord> & { format?: unknown; version?: unknown };
  if (format !== "fluxion-run" || version !== 1 || !model || !path || !transform || !options) {
    throw new Error(`${name}/options.json: expected the record of a Fluxion run, version 1, got something else; make one with "fluxion train"`);
  }
  return record as RunRecord;
}

/**
 * A run of points as a model of the page: the same data, split and weights.
 *
 * @throws Error for data and networks that the page cannot make
 */
export function problemOfRun(name: string, run: OpenedRun): { readonly problem: Problem; readonly weights: Float32Array } {
  const { model, path, objective, options } = run;
  const data = String(options["data"]);
  if (!isPointSetName(data)) {
    throw new Error(`${name}: expected a run of images or of a built-in set of points, got one of ${data.replace(/^.*[\\/]/, "")}; the page does not have those points`);
  }
  const { width, depth } = model.config as { readonly width: number; readonly depth: number };
  if (JSON.stringify(mlp({ dimension: 2, width, depth }).config) !== JSON.stringify(model.config)) {
    throw new Error(`${name}: expected a network of SiLU layers with Fourier features of time, as the page trains, got another; sample it by "fluxion sample"`);
  }
  const problem: Problem = {
    data: { kind: "set", name: data, count: Number(options["points"]) },
    path: path.config as Problem["path"],
    objective: objective.kind as Problem["objective"],
    width,
    depth,
    batch: Number(options["batch"] ?? 256),
    learningRate: Number(options["learningRate"] ?? 5e-3),
    seed: Number(options["seed"]),
  };
  return { problem, weights: flattenValues(model.parameters, run.params) };
}
