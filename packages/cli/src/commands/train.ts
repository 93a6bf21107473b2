import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createFlow, parameterCount, TrainingDivergedError, unflattenValues, writeNpy } from "fluxion";
import type { Flow, Model, Objective, Path, Trainer } from "fluxion";
import { createRun, lockRun, openRun, writeAtomic } from "@fluxion/node";
import type { NodeRuntime, Run, RunRecord } from "@fluxion/node";
import { openRuntime } from "../compute.ts";
import { formatCount, formatSeconds } from "../format.ts";
import { Interrupted, interruptible } from "../interruption.ts";
import { modelOf } from "../network.ts";
import { parseOptions } from "../options.ts";
import type { TrainOptions } from "../options.ts";
import { withPreset } from "../preset.ts";
import { startProgress } from "../progress.ts";
import { reportRun } from "../report.ts";
import { absoluteData, isImageData, loadTask, pathOf, partsOf } from "../task.ts";
import type { Task } from "../task.ts";
import { batchOf, makeTrainer, measureStepMs, objectiveOf, stepsPerCall, usualPace } from "../trainer.ts";
import { versions } from "../version.ts";

/** What `fluxion train` is given beside the options of the run. */
export interface TrainArguments {
  readonly out?: string | undefined;
  readonly resume?: string | undefined;
  readonly config?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** Seconds between checkpoints. */
  readonly checkpointSeconds: number;
  /** Whether to sample, measure and draw at the end. Default true. */
  readonly report?: boolean | undefined;
}

/** Trains a flow and reports on it; returns the run's directory, or undefined for a dry run. */
export async function train(given: Readonly<Record<string, unknown>>, args: TrainArguments): Promise<string | undefined> {
  if (args.resume !== undefined) {
    const stray = Object.keys(given);
    if (stray.length > 0) {
      throw new Error(`--resume: a run goes on with its own options, got also ${stray.join(", ")}; leave them out`);
    }
    return resumeRun(openRun(args.resume), args);
  }
  const options = parseOptions(withPreset({ ...readConfig(args.config), ...given }), args.config ?? "options");
  const chosen = { ...options, data: absoluteData(options.data), ...defaultLength(options) };
  const task = await loadTask(chosen);
  const model = modelOf(chosen, task.training.eventShape, task.training.labels?.classes);
  const resolved = { ...usualPace(model), ...chosen };
  const path = pathOf(resolved);
  const objective = objectiveOf(resolved);
  const directory = args.out ?? freeDirectory(resolved.data);
  if (args.dryRun === true) {
    const plan = { directory, options: resolved, model: model.config, path: path.config, objective: objective.config, parameters: parameterCount(model) };
    process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    return undefined;
  }
  const runtime = await openRuntime(resolved);
  const trainer = await makeTrainer({ runtime, options: resolved, task, model, path, objective });
  const record: RunRecord = {
    format: "fluxion-run",
    version: 1,
    // What was chosen, so that a resumed run computes on the same.
    options: { ...resolved, device: runtime.device.kind },
    model: model.config,
    path: path.config,
    objective: objective.config,
    transform: task.training.transform,
    steps: resolved.steps,
    threads: trainer.threads,
    device: runtime.device.name,
    entropy: task.entropy,
    versions: versions(),
  };
  const run = createRun(directory, record);
  if (task.heldOut) {
    const [d = 1] = task.training.eventShape;
    writeAtomic(run.file("held-out.npy"), writeNpy(task.heldOut, [task.heldOut.length / d, d]));
  }
  const { checkpointSeconds, report } = args;
  return trainRun({ run, runtime, options: resolved, task, model, path, objective, trainer, checkpointSeconds, report });
}

async function resumeRun(run: Run, { checkpointSeconds, report }: TrainArguments): Promise<string> {
  const { record } = run;
  const options = parseOptions(record.options, run.file("options.json"));
  const task = await loadTask(options);
  const { model, path, objective } = partsOf(record);
  const state = run.loadState(model);
  run.dropMetricsAfter(state?.step ?? 0);
  const runtime = await openRuntime({ device: options.device, threads: record.threads });
  const trainer = await makeTrainer({ runtime, options: { ...options, threads: record.threads }, task, model, path, objective, state });
  return trainRun({ run, runtime, options, task, model, path, objective, trainer, checkpointSeconds, report });
}

interface Training {
  readonly run: Run;
  readonly runtime: NodeRuntime;
  readonly options: TrainOptions;
  readonly task: Task;
  readonly model: Model;
  readonly path: Path;
  readonly objective: Objective;
  readonly trainer: Trainer;
  readonly checkpointSeconds: number;
  readonly report: boolean | undefined;
}

function readConfig(file: string | undefined): Record<string, unknown> {
  if (file === undefined) return {};
  if (!existsSync(file)) throw new Error(`${file}: expected a JSON file of options, got nothing; check the path`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`${file}: expected JSON, got ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const defaultLength = ({ steps, minutes, data }: TrainOptions): { minutes?: number } =>
  steps !== undefined || minutes !== undefined ? {} : { minutes: isImageData(data) ? 20 : 1 };

/** `runs/NAME-1`, or the first number that is free. */
function freeDirectory(data: string): string {
  const name = (data.split(/[/\\]/).pop() ?? "run").replace(/\.[a-z]+$/i, "");
  const taken = existsSync("runs") ? readdirSync("runs") : [];
  for (let i = 1; ; i++) if (!taken.includes(`${name}-${String(i)}`)) return join("runs", `${name}-${String(i)}`);
}

async function trainRun(training: Training): Promise<string> {
  const { run, runtime, model, path, objective, trainer, options, task } = training;
  const unlock = lockRun(run.directory);
  try {
    say(run, `${run.directory}: ${model.kind} with ${formatCount(parameterCount(model))} parameters, ${path.kind} path, ${objective.kind} objective${objective.evaluations === 1 ? "" : ` (${String(objective.evaluations)} evaluations a step)`}, ${formatCount(task.training.size)} examples, batch ${String(batchOf(options, model))}, ${String(trainer.threads)} thread${trainer.threads === 1 ? "" : "s"}`);
    const from = trainer.step;
    const before = (): Interrupted => new Interrupted(`stopped at step ${formatCount(from)}, before training went on`, goOnWith(run));
    const { steps, stepMs } = await interruptible(before, () => measure(training));
    const planned = run.withRecord({ ...run.record, steps });
    const started = performance.now();
    await loop({ ...training, run: planned }, steps, stepMs);
    const trainingSeconds = (performance.now() - started) / 1000;
    say(planned, `trained ${formatCount(steps)} steps in ${formatSeconds(trainingSeconds)}`);
    if (training.report === false) {
      await trainer.dispose();
      return run.directory;
    }
    const flow = createFlow({
      runtime,
      model,
      path: objective.pathOf(path),
      prediction: objective.prediction,
      params: unflattenValues(model.parameters, (await trainer.read()).ema),
      transform: task.training.transform,
    });
    await trainer.dispose();
    const stopped = (): Interrupted => new Interrupted(`stopped before the report, all ${formatCount(steps)} steps are saved`, goOnWith(run));
    await interruptible(stopped, () => finish(planned, flow, task, trainingSeconds));
    return run.directory;
  } finally {
    unlock();
  }
}

async function finish(run: Run, flow: Flow, task: Task, trainingSeconds: number): Promise<void> {
  const { rows, report } = await reportRun(run, flow, task, trainingSeconds);
  const width = Math.max(...rows.map(({ label }) => label.length));
  process.stdout.write(`\n${rows.map(({ label, value }) => `  ${label.padEnd(width)}  ${value}`).join("\n")}\n\n  report  ${report}\n`);
}

/** Prints a line and logs it. */
function say(run: Run, line: string): void {
  run.log(line);
  process.stdout.write(`${line}\n`);
}

/** Turns a time budget into a number of steps, once. */
async function measure({ run, options, trainer }: Training): Promise<{ steps: number; stepMs: number }> {
  const minutes = options.minutes ?? 1;
  // A moment's load on the machine must not shorten a long run: the longer it is, the longer the look at its speed.
  const least = run.record.steps === undefined ? Math.min(20_000, Math.max(1000, 0.02 * 60_000 * minutes)) : 500;
  const started = performance.now();
  const stepMs = await measureStepMs(trainer, least);
  const budget = minutes * 60_000 - (performance.now() - started);
  const steps = run.record.steps ?? Math.max(1, Math.round(budget / (1.05 * stepMs)));
  if (run.record.steps === undefined) say(run, `${stepMs.toFixed(stepMs < 10 ? 2 : 0)} ms a step: ${formatCount(steps)} steps fit ${String(minutes)} min`);
  return { steps, stepMs };
}

async function loop({ run, model, trainer, options, checkpointSeconds }: Training, steps: number, stepMs: number): Promise<void> {
  const chunk = stepsPerCall(stepMs);
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const progress = startProgress({ total: steps, done: trainer.step, stream: process.stdout });
  let saved = performance.now();
  let smooth: number | undefined;
  try {
    while (trainer.step < steps && !stop.signal.aborted) {
      const begin = performance.now();
      const until = nextSnapshot(trainer.step, steps, options.snapshots);
      const { step, losses, gradientNorms } = await trainer.advance(Math.min(chunk, until - trainer.step), steps);
      if (step === until && options.snapshots > 0) run.saveSnapshot(model, await trainer.read());
      const seconds = (performance.now() - begin) / 1000;
      const loss = average(losses);
      smooth = smooth === undefined ? loss : 0.95 * smooth + 0.05 * loss;
      const rate = losses.length / seconds;
      run.addMetric({ step, loss, gradientNorm: average(gradientNorms), stepsPerSecond: rate });
      progress.update(step, { loss: smooth.toFixed(4), "steps/s": rate < 10 ? rate.toFixed(1) : formatCount(rate) });
      if (performance.now() - saved > 1000 * checkpointSeconds) {
        run.saveCheckpoint(model, await trainer.read());
        saved = performance.now();
      }
    }
  } catch (error) {
    if (error instanceof TrainingDivergedError && error.state.step > 0) run.saveCheckpoint(model, error.state);
    run.log(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    progress.stop();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
  run.saveCheckpoint(model, await trainer.read());
  if (trainer.step < steps) {
    run.log(`interrupted at step ${String(trainer.step)}`);
    throw new Interrupted(`stopped at step ${formatCount(trainer.step)} of ${formatCount(steps)}, all saved`, goOnWith(run));
  }
}

const goOnWith = ({ directory }: Run): string => `go on with: fluxion train --resume ${directory}`;

/** The end of the part of training that a step is in; parts differ by a step at most. */
function nextSnapshot(step: number, steps: number, parts: number): number {
  for (let part = 1; part < parts; part++) {
    const end = Math.round((part * steps) / parts);
    if (end > step) return end;
  }
  return steps;
}

const average = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
