/** @file The command line: what it understands, and nothing else. */
import { Command, InvalidArgumentError, Option } from "commander";
import { pathOptions, precisions, solvers } from "fluxion";
import { deviceChoices, publicSets } from "@fluxion/node";
import type { PathName, Precision, SolverName } from "fluxion";
import { dataGet } from "./commands/data-get.ts";
import type { DataGetArguments } from "./commands/data-get.ts";
import { evaluate } from "./commands/evaluate.ts";
import type { EvaluateArguments } from "./commands/evaluate-arguments.ts";
import { features } from "./commands/features.ts";
import type { FeaturesArguments } from "./commands/features.ts";
import { profile } from "./commands/profile.ts";
import type { ProfileFlags } from "./commands/profile.ts";
import type { ComputeFlags } from "./compute.ts";
import { inspect } from "./commands/inspect.ts";
import { metrics } from "./commands/metrics.ts";
import type { MetricsArguments } from "./commands/metrics-draw.ts";
import { listExperiments, reproduce } from "./commands/reproduce.ts";
import type { ReproduceArguments } from "./commands/reproduce.ts";
import { sample } from "./commands/sample.ts";
import { studio } from "./commands/studio.ts";
import { train } from "./commands/train.ts";
import type { TrainArguments } from "./commands/train.ts";
import { optionList, parseFlag } from "./options.ts";
import { pathFlags } from "./task.ts";
import type { PathChoice } from "./task.ts";
import { version } from "./version.ts";

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("expected a whole number from 0.");
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number from 1.");
  return value;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("expected a number.");
  return value;
}

function pair(text: string): readonly [number, number] {
  const [low, high, ...more] = text.split(",").map(number);
  if (low === undefined || high === undefined || more.length > 0) throw new InvalidArgumentError("expected two numbers, such as -1,1.");
  return [low, high];
}

function interval(text: string): [number, number] {
  const [from = NaN, to = NaN, ...rest] = text.split(",").map(number);
  if (rest.length > 0 || !(from < to)) throw new InvalidArgumentError("expected two numbers that grow, such as 0.2,0.8.");
  return [from, to];
}

const withCompute = (command: Command, threads = "by the size of the work"): Command =>
  command
    .addOption(new Option("--device <name>", "what to compute on; cuda is untested (default cpu)").choices(deviceChoices))
    .option("--threads <count>", `CPU threads (default ${threads})`, count);

const withSolver = (command: Command): Command =>
  withCompute(command)
    .addOption(new Option("--solver <name>", "ODE solver (default dopri5)").choices(Object.keys(solvers)))
    .option("--rtol <number>", "relative tolerance of adaptive solvers (default 1e-5)", number)
    .option("--atol <number>", "absolute tolerance of adaptive solvers (default 1e-5)", number)
    .option("--steps <count>", "steps of fixed-step solvers (default 100)", whole)
    .option("--seed <number>", "names all random numbers", whole, 0);

interface SolverFlags extends ComputeFlags {
  readonly solver?: SolverName;
  readonly rtol?: number;
  readonly atol?: number;
  readonly steps?: number;
  readonly seed: number;
}

interface SampleFlags extends SolverFlags, Omit<PathChoice, "path"> {
  readonly count: number;
  readonly out: string;
  readonly label?: number;
  readonly guidance?: number;
  readonly guidanceInterval?: readonly [number, number];
  readonly schedule?: PathName;
  readonly precision?: Precision;
}

/** Builds the command. */
export function program(): Command {
  const root = new Command("fluxion").description("Flow matching: train, sample and measure continuous normalizing flows.").version(version);

  const training = root
    .command("train")
    .description("train a flow and report on it")
    .argument("[data]", "a point set (checkerboard, moons, …), mnist, fashion-mnist, a .csv, .npy or .npz file, a directory of images")
    .option("--out <directory>", "run directory (default runs/NAME-1, -2, …)")
    .option("--resume <run>", "go on with an interrupted run")
    .option("--config <file>", "options from a JSON file; flags win")
    .option("--checkpoint-seconds <seconds>", "time between checkpoints", number, 30)
    .option("--dry-run", "print the resolved options and stop");
  for (const { key, description, flag } of optionList) {
    training.addOption(new Option(flag, description).preset("true").argParser((text: string) => parseFlag(key, text)));
  }
  training.action(async (data: string | undefined, flags: Readonly<Record<string, unknown>>) => {
    const { out, resume, config, dryRun, checkpointSeconds, ...options } = flags as TrainArguments & Record<string, unknown>;
    await train({ ...options, ...(data !== undefined && { data }) }, { out, resume, config, dryRun, checkpointSeconds });
  });

  const sampling = withSolver(root.command("sample").description("draw samples from a run").argument("<run>", "run directory"))
    .option("-n, --count <count>", "samples to draw", whole, 64)
    .requiredOption("--out <file>", ".png, .npy, .csv (points), or a directory (images)")
    .option("--label <class>", "class of all samples, for a run with classes (default: all in turn)", whole)
    .option("--guidance <number>", "w of classifier-free guidance u + w (c - u) (default 1: none)", number)
    .option("--guidance-interval <from,to>", "times between which guidance applies (default 0,1)", interval)
    .addOption(new Option("--schedule <path>", "integrate along another path than the run was trained on").choices(Object.keys(pathOptions)))
    .addOption(new Option("--precision <type>", "of the network (default float32); float16 is for GPUs: no faster on the CPU").choices(precisions));
  for (const { key, description, flag } of optionList.filter(({ key }) => (pathFlags as readonly string[]).includes(key))) {
    sampling.addOption(new Option(flag, `of --schedule: ${description}`).argParser((text: string) => parseFlag(key, text)));
  }
  sampling.action(async (run: string, flags: SampleFlags) => sample(run, flags));

  withSolver(root.command("evaluate").description("likelihood of data that training never saw").argument("<run>", "run directory"))
    .option("--nll-images <count>", "test images to measure", count, 100)
    .option("--nll-k <count>", "dequantised copies of each image, K of eq 47", count, 1)
    .addOption(new Option("--divergence <name>", "exact, or Hutchinson's estimate (default exact for points, hutchinson for images)").choices(["exact", "hutchinson"]))
    .option("--probes <count>", "probes an example of Hutchinson's estimate (default 1)", count)
    .option("--budget <minutes>", "stop after this time with the partial mean", number)
    .option("--json", "print one line of JSON")
    .action(async (run: string, flags: EvaluateArguments) => evaluate(run, flags));

  withSolver(root.command("metrics").description("how far samples are from data").argument("<run>", "run directory"))
    .option("--samples <count>", "samples to draw", count, 2000)
    .option("--features <file>", "ONNX file of a feature network (images)")
    .option("--range <low,high>", "what the network takes pixels 0 and 255 as, if it does not say", pair)
    .addOption(new Option("--reference <split>", "images to compare with").choices(["test", "train"]).default("test"))
    .option("--least-samples <count>", "fewest samples for FID (default one more than features)", count)
    .option("--cache <directory>", "where statistics of data are kept (default ~/.cache/fluxion/references)")
    .option("--json", "print one line of JSON")
    .action(async (run: string, flags: MetricsArguments) => metrics(run, flags));

  withCompute(root.command("features").description("train a feature network, for metrics of images"))
    .argument("<data>", "mnist, fashion-mnist, or a directory of images with labels")
    .option("--minutes <minutes>", "training time", number, 1)
    .option("--steps <count>", "optimiser steps instead of minutes", count)
    .option("--pool <side>", "side of the squares of an image that are averaged into one pixel", count, 1)
    .option("--image-size <side>", "crop and resize pictures of a folder to squares", count)
    .addOption(new Option("--colour <name>", "what pictures of a folder become").choices(["grey", "rgb"]))
    .option("--skip-bad", "leave out damaged pictures and files")
    .option("--features <count>", "features, which samples must outnumber", count, 64)
    .option("--batch <count>", "images per step", count, 64)
    .option("--shift <pixels>", "move pictures by up to so many pixels while training (default a fourteenth of their side)", whole)
    .option("--seed <number>", "of weights and order", whole, 0)
    .requiredOption("--out <file>", "the ONNX file to write")
    .action(async (data: string, flags: FeaturesArguments) => features(data, flags));

  root
    .command("data")
    .description("public data sets")
    .command("get")
    .description("fetch a public data set, verified, or say how to get it")
    .argument("<name>", Object.keys(publicSets).join(", "))
    .option("--out <directory>", "where the files go (default ~/.cache/fluxion/data/NAME)")
    .action(async (name: string, flags: DataGetArguments) => dataGet(name, flags));

  root
    .command("inspect")
    .description("what a run directory holds")
    .argument("<run>", "run directory")
    .option("--json", "print one line of JSON")
    .action((run: string, flags: { readonly json?: boolean }) => {
      inspect(run, flags);
    });

  root
    .command("studio")
    .description("serve the playground in the browser, with a run if one is given")
    .argument("[run]", "run directory")
    .option("--port <number>", "port of localhost (0: any that is free)", whole, 4321)
    .action(async (run: string | undefined, flags: { readonly port: number }) => {
      await studio(run, flags);
    });

  withCompute(root.command("reproduce").description("redo an experiment of the paper; without a name, list them"))
    .argument("[name]", "such as figure4 or table1")
    .option("--budget <minutes>", "what it is sized for: two thirds train, and less than the default draws fewer samples; measuring is predicted, not cut off (default 20 for points, 75 for images, 30 for super-resolution)", number)
    .option("--data <name>", "as for train (default checkerboard, or mnist)")
    .option("--preset <name>", "images: network and pace of the paper's Table 3, and without --budget its steps")
    .option("--pool <side>", "images: side of the squares that are averaged into one pixel (default 2 for 28x28, else 1)", count)
    .option("--samples <count>", "samples a measurement draws (default 10000 points, 2000 images, fewer in less time)", count)
    .option("--nll-images <count>", "images: test images whose likelihood is measured (default 200, fewer in less time)", count)
    .option("--nll-k <count>", "images: dequantised copies of each, K of eq 47 (default 5)", count)
    .option("--seed <number>", "names all random numbers (default 0)", whole)
    .option("--out <directory>", "the study (default runs/reproduce-points, -images, -super-resolution or -NAME)")
    .option("--dry-run", "say what would be done and how long it would take")
    .action(async (name: string | undefined, flags: ReproduceArguments) => {
      if (name === undefined) listExperiments();
      else await reproduce(name, flags);
    });

  withCompute(root.command("profile").description("where the time of a run's training step goes"), "those of the run")
    .argument("<run>", "run directory")
    .option("--repeats <count>", "profiled calls", count, 3)
    .option("--top <count>", "rows of each table", count, 10)
    .option("--nodes", "also list every node of the step")
    .option("--json", "print one line of JSON")
    .action(async (run: string, flags: ProfileFlags) => profile(run, flags));
  return root;
}
