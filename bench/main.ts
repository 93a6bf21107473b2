/** @file `npm run bench`: measures, prints a table, writes JSON. See README.md beside this file. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "@fluxion/node";
import { parseFlags, usage } from "./flags.ts";
import type { Flags } from "./flags.ts";
import { runBench } from "./run.ts";
import type { Report, Result } from "./run.ts";
import { renderReport } from "./table.ts";

const results = fileURLToPath(new URL("results/", import.meta.url));

try {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) console.log(usage);
  else await bench(flags);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function bench(flags: Flags): Promise<void> {
  const python = process.env["FLUXION_BENCH_PYTHON"];
  const report = await runBench(flags, python === "" ? undefined : python, tell);
  mkdirSync(results, { recursive: true });
  const file = `${results}${flags.name ?? nameOf(report, flags)}.json`;
  writeAtomic(file, `${JSON.stringify(report, null, 1)}\n`);
  console.log(`\n${renderReport(report)}\n${file}`);
  // A missed target is a finding; a side that computes something else, or fails, is a fault.
  if (report.results.some(({ error, rival }) => error !== undefined || rival === "disagrees")) process.exitCode = 1;
}

function tell({ name, error, ratio }: Result): void {
  console.log(`${name}: ${error ?? (ratio ? `ratio ${ratio.median.toFixed(2)}` : "done")}`);
}

/** Date and CPU; parts of a run do not take the place of a whole one. */
function nameOf({ machine: { date, cpu }, quick }: Report, { only }: Flags): string {
  const slug = cpu.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return [date.slice(0, 10), slug, ...(only ? ["part"] : []), ...(quick ? ["quick"] : [])].join("-");
}
