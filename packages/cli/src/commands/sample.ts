import { extname } from "node:path";
import { Key, writeCsv, writeNpy } from "fluxion";
import type { AffinePath, Examples, PathName, Precision, SolverName } from "fluxion";
import { encodePng, imageGrid, samplesFigure, svgToPng, writeAtomic, writeImages } from "@fluxion/node";
import type { ComputeFlags } from "../compute.ts";
import { formatCount, formatSeconds } from "../format.ts";
import { pixelsOf } from "../pixels.ts";
import { conditionsOf, restored, restores } from "../conditions.ts";
import { describeChange } from "../describe-change.ts";
import { Interrupted, interruptible } from "../interruption.ts";
import { flagOf } from "../options.ts";
import { partsOf, pathOf } from "../task.ts";
import type { PathChoice } from "../task.ts";
import { openFlow } from "./open.ts";

/** Options of `fluxion sample`. */
export interface SampleArguments extends ComputeFlags, Omit<PathChoice, "path"> {
  readonly count: number;
  readonly solver?: SolverName | undefined;
  readonly rtol?: number | undefined;
  readonly atol?: number | undefined;
  readonly steps?: number | undefined;
  readonly seed: number;
  readonly out: string;
  /** Class of all samples. Default: all classes in turn. */
  readonly label?: number | undefined;
  readonly guidance?: number | undefined;
  readonly guidanceInterval?: readonly [number, number] | undefined;
  /** Integrate along this path, with the options of paths that are given. Default: that of the training. */
  readonly schedule?: PathName | undefined;
  /** What the network is evaluated in. */
  readonly precision?: Precision | undefined;
}

/** Draws from a run and writes what the name of the file asks for. */
export async function sample(directory: string, { count, seed, out, device, threads, label, guidance, guidanceInterval, precision, ...others }: SampleArguments): Promise<void> {
  const { schedule, sigmaMin, sigmaMax, betaMin, betaMax, epsilon, degree, ...solver } = others;
  const along = scheduleOf(schedule, { sigmaMin, sigmaMax, betaMin, betaMax, epsilon, degree });
  const { flow, run } = await openFlow(directory, { device, threads, schedule: along, precision });
  if (along && restores(run)) throw new Error(`--schedule: expected a run that samples along a path, got the regression ${directory}; leave it out`);
  const write = writerFor(out, flow.model.eventShape);
  const told = { ...(await conditionsOf(flow, run, count, undefined, label)), guidance, guidanceInterval };
  if (along && flow.change) process.stdout.write(`${describeChange(partsOf(run.record).path, along, flow.change)}\n`);
  const started = performance.now();
  const stopped = (): Interrupted => new Interrupted(`stopped before the end, ${out} is not written`, "run the same command again");
  const examples = await interruptible(stopped, () =>
    restores(run) ? restored(flow, count, told) : flow.sample({ count, key: Key.from(seed), ...solver, ...told }),
  );
  const seconds = (performance.now() - started) / 1000;
  await write(examples);
  process.stdout.write(
    `${out}: ${formatCount(count)} samples, ${restores(run) ? "one evaluation" : (solver.solver ?? "dopri5")}, ${examples.nfe.toFixed(0)} NFE, ${formatSeconds(seconds)}\n`,
  );
  await flow.dispose();
}

function scheduleOf(path: PathName | undefined, options: Omit<PathChoice, "path">): AffinePath | undefined {
  if (path !== undefined) return pathOf({ path, ...options });
  const stray = Object.entries(options).find(([, value]) => value !== undefined)?.[0];
  if (stray === undefined) return undefined;
  throw new Error(`${flagOf(stray)}: expected only with --schedule, whose path it is of, got it alone; name the path, or leave it out`);
}

/** Checked before any sampling: a bad name must not cost the samples. */
function writerFor(out: string, event: readonly number[]): (examples: Examples) => Promise<void> {
  const images = event.length === 3;
  const kind = extname(out).toLowerCase();
  const saved = (content: (examples: Examples) => string | Uint8Array | Promise<Uint8Array>) => async (examples: Examples) => {
    writeAtomic(out, await content(examples));
  };
  if (kind === ".npy") return saved(({ values, shape }) => writeNpy(values, shape));
  if (kind === ".csv" && !images) {
    return saved(({ values, shape: [rows = 0, columns = 1] }) => writeCsv(values, [rows, columns]));
  }
  if (kind === ".png" && images) return saved(gridPng);
  if (kind === ".png" && event[0] === 2) {
    return saved(async ({ values, shape: [n = 0] }) => svgToPng(await samplesFigure({ samples: { values, shape: [n, 2] } })));
  }
  if (kind === "" && images) {
    return async (examples) => {
      await writeImages(out, pixelsOf(examples));
    };
  }
  const choices = images ? ".png, .npy or a directory" : event[0] === 2 ? ".csv, .npy or .png" : ".csv or .npy";
  throw new Error(`--out: expected ${choices} for examples of shape [${event.join(", ")}], got "${out}"`);
}

function gridPng(examples: Examples): Promise<Uint8Array> {
  return encodePng(imageGrid(pixelsOf(examples)));
}
