/** @file `fluxion reproduce NAME`: an experiment of the paper, from training to a report. */
import { cpus } from "node:os";
import { join } from "node:path";
import { formatSeconds } from "../format.ts";
import { Interrupted, interruptible } from "../interruption.ts";
import { flagOf } from "../options.ts";
import type { Experiment } from "../reproduce/experiment.ts";
import { secondsOfSteps } from "../reproduce/experiments/images-costs.ts";
import { verdictOf } from "../reproduce/findings.ts";
import { methods } from "../reproduce/methods.ts";
import type { MethodId } from "../reproduce/methods.ts";
import { experimentNamed, experiments } from "../reproduce/registry.ts";
import { scaleFor } from "../reproduce/scales.ts";
import type { ScaleOptions } from "../reproduce/scales.ts";
import { openStudy, scaleOf } from "../reproduce/study.ts";
import type { Study } from "../reproduce/study.ts";
import { trainingTable } from "../reproduce/training-table.ts";
import { writeFindings } from "../reproduce/write-findings.ts";
import { versions } from "../version.ts";

/** What `fluxion reproduce` is given. */
export interface ReproduceArguments extends ScaleOptions {
  /** The study's directory. Default runs/reproduce-KIND, shared by the experiments of one kind. */
  readonly out?: string | undefined;
  /** Say what would be done and how long it would take, and stop. */
  readonly dryRun?: boolean | undefined;
}

/** Lists the experiments. */
export function listExperiments(): void {
  const width = Math.max(...experiments.map(({ name }) => name.length));
  const known = ({ also = [] }: Experiment): string => (also.length === 0 ? "" : ` (also ${also.join(", ")})`);
  process.stdout.write(`${experiments.map((each) => `  ${each.name.padEnd(width)}  ${each.paper}: ${each.about}${known(each)}`).join("\n")}\n`);
}

/** Runs an experiment of the paper and reports on it. */
export async function reproduce(name: string, args: ReproduceArguments): Promise<void> {
  const experiment = experimentNamed(name);
  const directory = args.out ?? join("runs", `reproduce-${experiment.study === "none" ? experiment.name : experiment.study}`);
  // A study that exists goes on at its own scale, unless other options ask for something else: then it says so.
  const asked = Object.entries(args).some(([key, value]) => key !== "out" && key !== "dryRun" && value !== undefined);
  const scale = (asked ? undefined : scaleOf(directory)) ?? (await scaleFor(experiment.study, args, name));
  const study = openStudy(directory, scale);
  const next = `go on with: fluxion reproduce ${name} --out ${directory}`;
  const stopped = (): Interrupted => new Interrupted(`stopped before the end, what is trained and measured is kept in ${directory}`, next);
  try {
    const predicted = await interruptible(stopped, () => announce(experiment, study));
    if (args.dryRun === true) return;
    const started = performance.now();
    await trainMissing(experiment, study, next);
    await interruptible(stopped, () => redo(experiment, study, { command: commandLine(experiment.name, args), started, predicted }));
  } finally {
    await study.close();
  }
}

/** Trains what is missing; a training that is stopped saves itself. */
async function trainMissing(experiment: Experiment, study: Study, next: string): Promise<void> {
  if (experiment.study === "none") return;
  try {
    await study.trainAll(experiment.methods);
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(error.what, next) : error;
  }
}

/** What a call knows of itself when it measures. */
interface Call {
  readonly command: string;
  readonly started: number;
  /** Seconds of measuring, as they were predicted. */
  readonly predicted: number;
}

/** Measures, and reports. */
async function redo(experiment: Experiment, study: Study, { command, started, predicted }: Call): Promise<void> {
  const begin = performance.now();
  const findings = await experiment.run(study);
  const [seconds, measured] = [started, begin].map((from) => (performance.now() - from) / 1000) as [number, number];
  const made = {
    command,
    hardware: hardware(),
    seconds,
    measuring: { seconds: measured, predicted },
    training: experiment.study === "none" ? undefined : trainingTable(study, methodsOf(experiment)),
    scale: { ...study.scale },
    versions: versions(),
  };
  const page = await writeFindings(study.file(experiment.name), experiment, findings, made);
  for (const { claim, holds, evidence } of findings.claims) {
    study.say(`  ${holds === false ? "DOES NOT HOLD" : verdictOf(holds)}: ${claim}\n    ${evidence}`);
  }
  study.say(`\n  report  ${page}  (${formatSeconds(seconds)})`);
}

const methodsOf = ({ methods: needed }: Experiment): readonly MethodId[] => needed ?? methods.map(({ id }) => id);

/** Says what will be done and how long it will take; returns the seconds of measuring. */
async function announce(experiment: Experiment, study: Study): Promise<number> {
  const { paper, about } = experiment;
  study.say(`${paper}: ${about}`);
  const needed = methodsOf(experiment);
  const left = experiment.study === "none" ? 0 : needed.length - study.trained(needed);
  const { stepsPerMethod, minutesPerMethod } = study.scale;
  const each = stepsPerMethod === undefined || left === 0 ? minutesPerMethod * 60 : await secondsOfSteps(study, stepsPerMethod);
  const measuring = await experiment.predict(study);
  const training = left === 0 ? [] : [`${String(left)} method${left === 1 ? "" : "s"} to train, about ${formatSeconds(left * each)}`];
  const total = left === 0 ? [] : [`about ${formatSeconds(left * each + measuring)} in all`];
  study.say(`${study.directory}: ${[...training, `measuring about ${formatSeconds(measuring)}`, ...total].join("; ")}; it can be stopped at any time and goes on where it was`);
  return measuring;
}

function commandLine(name: string, args: ReproduceArguments): string {
  const given = Object.entries(args).filter(([key, value]) => key !== "dryRun" && value !== undefined);
  return ["fluxion reproduce", name, ...given.map(([key, value]) => `${flagOf(key)} ${String(value)}`)].join(" ");
}

function hardware(): string {
  const list = cpus();
  return `${String(list.length)} × ${list[0]?.model.trim() ?? "unknown CPU"}`;
}
