import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { summarize } from "../statistics.ts";

const fluxion = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

export const cases: readonly BenchCase[] = [
  {
    name: "first-sample",
    what: "from the start of the process `fluxion sample RUN -n 1` to its end, a run of points in the plane",
    unit: "s",
    hasRival: false,
    target: { bound: "below", value: 2 },
    measure,
  },
];

async function measure({ folder, rounds }: Context): Promise<Measurement> {
  if (!existsSync(fluxion)) throw new Error("first-sample: expected the compiled command, got none; npm run build");
  const run = join(folder, "run");
  await command("train", "checkerboard", "--steps", "200", "--threads", "1", "--out", run);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    values.push(await command("sample", run, "-n", "1", "--threads", "1", "--out", join(folder, "first.csv")));
  }
  return { figures: { fluxion: summarize(values) } };
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
