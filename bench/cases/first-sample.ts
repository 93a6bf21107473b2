import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flattenValues, Key, normal } from "fluxion";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { findRivals } from "../rivals.ts";
import { writeArray } from "../rival.ts";
import { ratioOf } from "../interleave.ts";
import { dopri5 } from "../solving.ts";
import { summarize } from "../statistics.ts";
import { trainedFlow } from "../trained-flow.ts";

const fluxion = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

export const cases: readonly BenchCase[] = [
  {
    name: "first-sample",
    what: "from the start of a process to its end: one sample of a flow in the plane, `fluxion sample RUN -n 1`",
    unit: "s",
    rivals: ["pytorch"],
    threads: "one",
    target: { bound: "below", value: 2 },
    measure,
  },
];

async function measure(context: Context): Promise<Measurement> {
  if (!existsSync(fluxion)) throw new Error("first-sample: expected the compiled command, got none; npm run build");
  const { folder, rounds } = context;
  const run = join(folder, "run");
  await command("train", "checkerboard", "--steps", "200", "--threads", "1", "--out", run);
  const theirs = context.rivals.places.python === undefined ? undefined : await torchSample(context);
  const [ours, others]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const out = join(folder, "first.csv");
    rmSync(out, { force: true });
    ours.push(await command("sample", run, "-n", "1", "--threads", "1", "--out", out));
    if (theirs) others.push(await theirs());
  }
  const figures = { fluxion: summarize(ours), ...(theirs && { pytorch: summarize(others) }) };
  const ratio = ratioOf(figures.pytorch, figures.fluxion);
  return { figures, ...(ratio && { ratios: { pytorch: ratio } }) };
}

/** The same in PyTorch, which reads parameters and noise from files: the seconds from start to end. */
async function torchSample(context: Context): Promise<() => Promise<number>> {
  const { folder, rivals } = context;
  const { model, params } = await trainedFlow(context);
  const request = {
    task: "sampling",
    solver: dopri5.options,
    points: 1,
    model: model.config,
    specs: Object.entries(model.parameters).map(([name, { shape }]) => [name, shape]),
    parameters: writeArray(folder, "parameters", flattenValues(model.parameters, params)),
    pool: { x: writeArray(folder, "x", normal(Key.from("first sample"), 2)) },
  };
  return async () => {
    const started = performance.now();
    const own = findRivals(rivals.places, 1, folder);
    const rival = await own.start("pytorch");
    await rival?.setup(request);
    await rival?.run(1);
    own.closeAll();
    return (performance.now() - started) / 1000;
  };
}

/** Runs the command to its end and returns the seconds that it took. */
function command(...args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [fluxion, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (data: Buffer) => (complaint += data.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve((performance.now() - started) / 1000);
      else reject(new Error(`fluxion ${args.join(" ")}: expected it to succeed, got code ${String(code)}: ${complaint.trim()}`));
    });
  });
}
