/**
 * @file How far samples of a run in half precision lie from those in float32, for the same noise.
 * `node --conditions=fluxion-source --import tsx bench/precision.ts RUN [COUNT] [DEVICE]`
 */
import type { DeviceChoice } from "@fluxion/node";
import { Key, precisions } from "fluxion";
import type { SolverOptions } from "fluxion";
import { openFlow } from "../packages/cli/src/commands/open.ts";

const solves: Readonly<Record<string, SolverOptions>> = {
  "midpoint, 20 steps": { solver: "midpoint", steps: 20 },
  "dopri5 at 1e-3": { rtol: 1e-3, atol: 1e-3 },
  "dopri5 at 1e-5": {},
};

const rms = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((total, x) => total + x * x, 0) / values.length);

const [run = "", count = "64", device] = process.argv.slice(2);
process.stdout.write("| solver | RMS of the samples | RMS of the difference | NFE, float32 and float16 | seconds |\n|---|---|---|---|---|\n");
for (const [name, options] of Object.entries(solves)) {
  const found = [];
  for (const precision of precisions) {
    const { flow } = await openFlow(run, { device: device as DeviceChoice | undefined, precision });
    const started = performance.now();
    const labels = flow.model.classes === undefined ? undefined : Array.from({ length: Number(count) }, (_, i) => i % (flow.model.classes ?? 1));
    const { values, nfe } = await flow.sample({ count: Number(count), key: Key.from(7), labels, ...options });
    found.push({ values: Array.from(values), nfe, seconds: (performance.now() - started) / 1000 });
    await flow.dispose();
  }
  const [single, half] = found;
  if (!single || !half) throw new Error("internal: no samples");
  const difference = single.values.map((x, i) => x - (half.values[i] ?? NaN));
  const both = (f: (one: NonNullable<typeof half>) => string): string => `${f(single)}, ${f(half)}`;
  process.stdout.write(
    `| ${name} | ${rms(single.values).toPrecision(3)} | ${rms(difference).toExponential(1)} | ${both(({ nfe }) => nfe.toFixed(0))} | ${both(({ seconds }) => seconds.toFixed(1))} |\n`,
  );
}
