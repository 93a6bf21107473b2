/** @file A study: a directory in which methods are trained once and measurements are kept, so that all can go on after a stop. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Key } from "fluxion";
import type { Flow } from "fluxion";
import { openRun, writeAtomic } from "@fluxion/node";
import type { NodeRuntime, Run } from "@fluxion/node";
import { openRuntime } from "../compute.ts";
import type { ComputeFlags } from "../compute.ts";
import { openFlow } from "../commands/open.ts";
import { train } from "../commands/train.ts";
import { parseOptions } from "../options.ts";
import type { TrainOptions } from "../options.ts";
import { withPreset } from "../preset.ts";
import { methodOf, methods } from "./methods.ts";
import type { Method, MethodId } from "./methods.ts";

/** At which size a study is made; stored with it. */
export interface Scale {
  readonly data: string;
  readonly seed: number;
  /** Minutes of training of the first method; the others do as many steps. */
  readonly minutesPerMethod: number;
  /** Steps of every method instead of minutes, where a preset says them. */
  readonly stepsPerMethod?: number | undefined;
  /** Weights kept at so many equal parts of training. */
  readonly snapshots: number;
  /** Further options of `fluxion train`, the same for all methods. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What is measured, such as `samples` and `nllImages`. */
  readonly measure: Readonly<Record<string, number>>;
}

/** A study that is open. */
export interface Study {
  readonly directory: string;
  readonly scale: Scale;
  /** The file of a measurement or figure. */
  file(name: string): string;
  /** Trains what is not trained yet, each to the end. */
  trainAll(ids?: readonly MethodId[]): Promise<void>;
  /** How many of the methods are trained. */
  trained(ids?: readonly MethodId[]): number;
  /** The run of a method, trained. */
  run(id: MethodId): Run;
  /** The flow of a method, at a step of its training where one is given. */
  flow(id: MethodId, step?: number): Promise<Flow>;
  /** The result of `work`, as plain JSON, kept: it is not done twice. */
  measured<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Whether a measurement is there. */
  has(name: string): boolean;
  /** What `open` gives, for as long as the study is open: it is not opened twice. `free` gives it back. */
  opened<T>(name: string, open: () => Promise<T>, free?: (thing: T) => Promise<void>): Promise<T>;
  /** Frees what was opened. */
  close(): Promise<void>;
  say(line: string): void;
}

/** The options of `fluxion train` that all methods of a study share. */
export const optionsOf = ({ scale }: Study): TrainOptions => parseOptions(withPreset({ data: scale.data, seed: scale.seed, ...scale.options }), "study");

/** Names all that a study draws: equal noise for all methods. */
export const keyOf = ({ scale }: Study): Key => Key.from(scale.seed).child("reproduce");

/** Where a study computes: its models are trained and measured on one device. */
export const computeOf = ({ options }: Scale): ComputeFlags => ({
  device: options["device"] as ComputeFlags["device"],
  threads: options["threads"] as ComputeFlags["threads"],
});

/** The runtime of a study, for what is not of one of its runs. */
export const runtimeOf = (study: Study): Promise<NodeRuntime> => study.opened("runtime", () => openRuntime(computeOf(study.scale)));

const scaleFile = "study.json";

/**
 * Opens a study, or begins it.
 *
 * @throws Error if the directory holds a study of another scale
 */
export function openStudy(directory: string, scale: Scale): Study {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, scaleFile);
  const wanted = `${JSON.stringify(scale, null, 2)}\n`;
  if (!existsSync(path)) writeAtomic(path, wanted);
  else if (readFileSync(path, "utf8") !== wanted) {
    throw new Error(
      `${directory}: expected a study of this scale, got one of another (see ${scaleFile} there); give --out for a new one, or the options it was made with`,
    );
  }
  return studyIn(directory, scale);
}

/** The scale of a study that exists; undefined if there is none. */
export function scaleOf(directory: string): Scale | undefined {
  const path = join(directory, scaleFile);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Scale) : undefined;
}

function studyIn(directory: string, scale: Scale): Study {
  const file = (name: string): string => join(directory, name);
  const runDirectory = (id: MethodId): string => file(`runs/${id}`);
  const all: readonly MethodId[] = methods.map(({ id }) => id);
  const isTrained = (id: MethodId): boolean => {
    if (!existsSync(join(runDirectory(id), "options.json"))) return false;
    const run = openRun(runDirectory(id));
    return run.record.steps !== undefined && run.stepsDone() === run.record.steps;
  };
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const things = new Map<string, { readonly thing: Promise<unknown>; readonly free: () => Promise<void> }>();
  return {
    directory,
    scale,
    file,
    say,
    trained: (ids = all) => ids.filter(isTrained).length,
    trainAll: async (ids = all) => {
      for (const id of ids) {
        if (isTrained(id)) continue;
        const equalSteps = [...all, ...ids].filter((other) => !methodOf(other).equalTime);
        await trainOne(methodOf(id), runDirectory(id), scale, stepsOfOthers(equalSteps.map(runDirectory)));
      }
    },
    run: (id) => openRun(runDirectory(id)),
    flow: async (id, step) => (await openFlow(runDirectory(id), { ...computeOf(scale), step })).flow,
    has: (name) => existsSync(file(`${name}.json`)),
    opened: <T>(name: string, open: () => Promise<T>, free?: (thing: T) => Promise<void>) => {
      const known = things.get(name)?.thing as Promise<T> | undefined;
      if (known) return known;
      const thing = open();
      things.set(name, { thing, free: async () => free?.(await thing) });
      return thing;
    },
    close: async () => {
      const all = [...things.values()];
      things.clear();
      // What could not be opened has said so where it was asked for.
      await Promise.allSettled(all.map(({ free }) => free()));
    },
    measured: async <T>(name: string, work: () => Promise<T>) => {
      const path = file(`${name}.json`);
      if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as T;
      const result = await work();
      mkdirSync(join(path, ".."), { recursive: true });
      writeAtomic(path, `${JSON.stringify(result)}\n`);
      return result;
    },
  };
}

/** Steps of a method that has begun: all methods do as many (§6: the same iterations for all). */
function stepsOfOthers(directories: readonly string[]): number | undefined {
  for (const directory of directories) {
    const steps = existsSync(join(directory, "options.json")) ? openRun(directory).record.steps : undefined;
    if (steps !== undefined) return steps;
  }
  return undefined;
}

async function trainOne({ label, options, equalTime = false }: Method, out: string, scale: Scale, steps: number | undefined): Promise<void> {
  process.stdout.write(`\n${label}\n`);
  const args = { checkpointSeconds: 30, report: false };
  if (existsSync(join(out, "options.json"))) {
    await train({}, { ...args, resume: out });
    return;
  }
  const { data, seed, minutesPerMethod, stepsPerMethod, snapshots } = scale;
  const equalSteps = steps ?? stepsPerMethod;
  const length = equalTime || equalSteps === undefined ? { minutes: minutesPerMethod } : { steps: equalSteps };
  await train({ data, seed, snapshots, ...scale.options, ...options, ...length }, { ...args, out });
}
