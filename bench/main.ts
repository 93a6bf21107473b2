/** @file `npm run bench`: measures, prints a table, writes JSON. See README.md beside this file. */
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "@fluxion/node";
import { document } from "./docs/page.ts";
import { parseFlags, usage } from "./flags.ts";
import type { Flags } from "./flags.ts";
import { processes } from "./launch.ts";
import { describeMachine } from "./machine.ts";
import type { Machine } from "./machine.ts";
import type { Result } from "./measure.ts";
import { allCases } from "./registry.ts";
import { kept, others } from "./report.ts";
import { runBench } from "./run.ts";
import { renderReport, summary } from "./table.ts";

const results = fileURLToPath(new URL("results/", import.meta.url));

try {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) console.log(usage);
  else if (flags.list) console.log(allCases.map(({ name, what }) => `${name}: ${what}`).join("\n"));
  else if (flags.document) console.log((await document(flags.name ?? "")).join("\n"));
  else await bench(flags);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function bench(flags: Flags): Promise<void> {
  const file = `${results}${flags.name ?? nameOf(describeMachine(), flags)}.json`;
  mkdirSync(results, { recursive: true });
  const report = await runBench({
    flags,
    places: { python: named("FLUXION_BENCH_PYTHON"), peers: named("FLUXION_BENCH_PEERS"), chromium: chromium() },
    launch: processes(process.execArgv),
    keep: (head) => (flags.resume ? kept(file, head) : flags.renew && flags.only ? others(file, head, { only: flags.only, threads: flags.threads }) : []),
    onResult: (result, soFar) => {
      console.log(summary(result));
      writeAtomic(file, `${JSON.stringify(soFar, null, 1)}\n`);
    },
  });
  writeAtomic(file, `${JSON.stringify(report, null, 1)}\n`);
  console.log(`\n${renderReport(report)}\n${file}`);
  // A missed target is a finding; a side that computes something else, or fails, is a fault.
  if (report.results.some(failed)) process.exitCode = 1;
}

function failed({ error, rivals }: Result): boolean {
  return error !== undefined || Object.values(rivals).some((status) => status === "disagrees" || status === "failed");
}

/** That of FLUXION_CHROMIUM, or the system's. */
function chromium(): string | undefined {
  const path = named("FLUXION_CHROMIUM") ?? "/usr/bin/chromium";
  return existsSync(path) ? path : undefined;
}

function named(variable: string): string | undefined {
  const value = process.env[variable];
  return value === "" ? undefined : value;
}

/** Date and CPU; parts of a run do not take the place of a whole one. */
function nameOf({ date, cpu }: Machine, { only, threads, quick }: Flags): string {
  const slug = cpu.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return [date.slice(0, 10), slug, ...(only ?? threads ? ["part"] : []), ...(quick ? ["quick"] : [])].join("-");
}
