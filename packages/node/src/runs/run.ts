/** @file Run directories: everything about one training run, on disk. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { HostTensor } from "@fluxion/graph";
import { decodeSafetensors, encodeSafetensors, flattenValues, stateFromTensors, stateTensors, unflattenValues } from "fluxion";
import type { DataTransform, Model, TrainingState } from "fluxion";
import { appendLine, writeAtomic } from "./atomic.ts";

/** What a run directory says about its run, in `options.json`. */
export interface RunRecord {
  readonly format: "fluxion-run";
  readonly version: 1;
  /** The resolved options of the command that made it. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly model: Readonly<Record<string, unknown>>;
  readonly path: Readonly<Record<string, unknown>>;
  /** What the network was trained to predict; absent in runs older than it, which trained the velocity. */
  readonly objective?: Readonly<Record<string, unknown>> | undefined;
  readonly transform: DataTransform;
  /** The length of the schedule; absent until a time budget has been turned into steps. */
  readonly steps?: number | undefined;
  /** Threads that training computes with: equal counts give equal bits. */
  readonly threads: number;
  readonly device: string;
  /** The entropy of the data in nats, where it is known. */
  readonly entropy?: number | undefined;
  /** Versions of what computed it. */
  readonly versions: Readonly<Record<string, string>>;
}

/** One line of `metrics.jsonl`. */
export interface Metric {
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly stepsPerSecond: number;
}

/** An open run directory. */
export interface Run {
  readonly directory: string;
  readonly record: RunRecord;
  /** The path of a file in it. */
  file(name: string): string;
  /** Replaces the record, as when the number of steps becomes known. */
  withRecord(record: RunRecord): Run;
  /** Writes resumable state, then weights, each all or nothing. */
  saveCheckpoint(model: Model, state: TrainingState): void;
  /** The last saved state; undefined before the first checkpoint. */
  loadState(model: Model): TrainingState | undefined;
  /** Steps of the last saved state; 0 before the first checkpoint. */
  stepsDone(): number;
  /** Keeps the averaged weights of this step. */
  saveSnapshot(model: Model, state: TrainingState): void;
  /** The steps of all snapshots, growing. */
  snapshots(): number[];
  /**
   * The averaged weights, for sampling.
   *
   * @param step - of a snapshot; default the end
   * @throws Error if there are none
   */
  loadWeights(model: Model, step?: number): Record<string, HostTensor>;
  /** Adds a line to `metrics.jsonl`. */
  addMetric(metric: Metric): void;
  /** The metrics so far; a torn last line is dropped. */
  metrics(): Metric[];
  /** Forgets metrics after a step, when training goes on from there. */
  dropMetricsAfter(step: number): void;
  /** Adds a line to `log.txt`. */
  log(line: string): void;
}

const names = { record: "options.json", state: "state.safetensors", weights: "weights.safetensors", metrics: "metrics.jsonl", log: "log.txt", snapshots: "snapshots" };

const snapshotName = (step: number): string => `${names.snapshots}/step-${String(step)}.safetensors`;

/**
 * Makes a run directory, with its parents.
 *
 * @throws Error if the directory exists and is not empty
 */
export function createRun(directory: string, record: RunRecord): Run {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new Error(`${directory}: expected a new or empty directory, got one with files; choose another, or go on with --resume`);
  }
  mkdirSync(directory, { recursive: true });
  return openedRun(directory, record).withRecord(record);
}

/**
 * Opens a run directory.
 *
 * @throws Error telling apart: no such directory, no run, a corrupt one
 */
export function openRun(directory: string): Run {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new Error(`${directory}: expected a run directory, got ${existsSync(directory) ? "a file" : "nothing"}; runs stand in runs/ unless --out said otherwise`);
  }
  const path = join(directory, names.record);
  if (!existsSync(path)) {
    throw new Error(`${directory}: expected a run directory, got one without ${names.record}; make one with "fluxion train"`);
  }
  return openedRun(directory, readRecord(path));
}

function readRecord(path: string): RunRecord {
  let record: unknown;
  try {
    record = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`${path}: expected JSON, got a corrupt file; restore it from a copy or train again`, { cause });
  }
  const known = record as Partial<RunRecord> | null;
  const complete =
    known?.format === "fluxion-run" && known.options && known.model && known.path && known.transform && known.versions;
  if (!complete) throw new Error(`${path}: expected the record of a Fluxion run, got something else; restore it from a copy or train again`);
  if (known.version !== 1) {
    throw new Error(`${path}: expected version 1, got ${String(known.version)}; use the version of Fluxion that made it`);
  }
  return record as RunRecord;
}

const encodeWeights = (model: Model, { step, ema }: TrainingState): Uint8Array =>
  encodeSafetensors(unflattenValues(model.parameters, ema), { step: String(step) });

function openedRun(directory: string, record: RunRecord): Run {
  const file = (name: string): string => join(directory, name);
  const tensorsOf = (name: string): ReturnType<typeof decodeSafetensors> => decodeSafetensors(readFileSync(file(name)), file(name));
  return {
    directory,
    record,
    file,
    withRecord: (next) => {
      writeAtomic(file(names.record), `${JSON.stringify(next, null, 2)}\n`);
      return openedRun(directory, next);
    },
    saveCheckpoint: (model, state) => {
      writeAtomic(file(names.state), encodeSafetensors(stateTensors(state), { step: String(state.step) }));
      writeAtomic(file(names.weights), encodeWeights(model, state));
    },
    loadState: (model) => {
      if (!existsSync(file(names.state))) return undefined;
      const { tensors, metadata } = tensorsOf(names.state);
      return stateFromTensors(model, Number(metadata["step"]), tensors);
    },
    stepsDone: () => (existsSync(file(names.state)) ? Number(tensorsOf(names.state).metadata["step"]) : 0),
    saveSnapshot: (model, state) => {
      mkdirSync(file(names.snapshots), { recursive: true });
      writeAtomic(file(snapshotName(state.step)), encodeWeights(model, state));
    },
    snapshots: () => {
      if (!existsSync(file(names.snapshots))) return [];
      const steps = readdirSync(file(names.snapshots)).map((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1]);
      return steps.filter((step) => step !== undefined).map(Number).sort((a, b) => a - b);
    },
    loadWeights: (model, step) => {
      const name = step === undefined ? names.weights : snapshotName(step);
      if (!existsSync(file(name))) {
        const how = step === undefined ? `it stopped before its first checkpoint; go on with "fluxion train --resume ${directory}"` : "train with --snapshots";
        throw new Error(`${file(name)}: expected the weights of a trained run, got nothing: ${how}`);
      }
      const { tensors } = tensorsOf(name);
      // Checks names and shapes.
      return unflattenValues(model.parameters, flattenValues(model.parameters, tensors));
    },
    addMetric: (metric) => {
      appendLine(file(names.metrics), JSON.stringify(metric));
    },
    metrics: () => readMetrics(file(names.metrics)),
    dropMetricsAfter: (step) => {
      const kept = readMetrics(file(names.metrics)).filter((metric) => metric.step <= step);
      writeAtomic(file(names.metrics), kept.map((metric) => `${JSON.stringify(metric)}\n`).join(""));
    },
    log: (line) => {
      appendLine(file(names.log), `${new Date().toISOString()} ${line}`);
    },
  };
}

function readMetrics(path: string): Metric[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").filter((line) => line !== "");
  return lines.flatMap((line, i) => {
    try {
      return [JSON.parse(line) as Metric];
    } catch (cause) {
      // A process that was killed may have torn the last line.
      if (i === lines.length - 1) return [];
      throw new Error(`${path}: line ${String(i + 1)}: expected JSON, got a corrupt line; delete it`, { cause });
    }
  });
}
