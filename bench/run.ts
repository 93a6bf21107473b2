/** @file Runs cases one after the other. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeRuntime } from "@fluxion/node";
import type { BenchCase, Context, Measurement, Target } from "./case.ts";
import type { Flags } from "./flags.ts";
import { describeMachine } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { startRival } from "./rival.ts";
import type { Rival } from "./rival.ts";

/** The state of the comparison with the rival. */
export type RivalStatus = "compared" | "missing" | "disagrees" | "none";

/** One line of the results. */
export interface Result extends Partial<Measurement> {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  /** "none" where a case has no rival, "missing" where no Python was named. */
  readonly rival: RivalStatus;
  readonly target?: Target | undefined;
  /** Whether the target is reached; absent where nothing can be said. */
  readonly met?: boolean | undefined;
  /** Why there are no figures. */
  readonly error?: string;
}

/** What a run leaves behind. */
export interface Report {
  readonly format: "fluxion-bench";
  readonly version: 1;
  readonly machine: Machine;
  /** The rival's versions and settings, or "missing". */
  readonly rival: Readonly<Record<string, unknown>> | "missing";
  readonly rounds: number;
  readonly secondsPerTurn: number;
  readonly quick: boolean;
  readonly results: readonly Result[];
}

const folderOfCases = new URL("cases/", import.meta.url);

/** All cases: whatever the files of `cases/` export. */
export async function allCases(): Promise<readonly BenchCase[]> {
  const files = readdirSync(folderOfCases).filter((name) => name.endsWith(".ts")).sort();
  const modules = files.map((name) => import(new URL(name, folderOfCases).href) as Promise<{ readonly cases: readonly BenchCase[] }>);
  return (await Promise.all(modules)).flatMap(({ cases }) => cases);
}

/**
 * Measures the cases that `flags.only` matches.
 *
 * @param python - a Python with torch; undefined: the rival is missing
 * @param onResult - called after each case
 * @throws RangeError if no case matches; Error if the rival does not start
 */
export async function runBench(
  flags: Pick<Flags, "only" | "rounds" | "quick">,
  python: string | undefined,
  onResult: (result: Result) => void = () => undefined,
): Promise<Report> {
  const { only, rounds, quick } = flags;
  const known = await allCases();
  const cases = known.filter(({ name }) => only === undefined || only.test(name));
  if (cases.length === 0) {
    throw new RangeError(`--only: expected a pattern that matches a case (${known.map(({ name }) => name).join(", ")}), got ${String(only)}`);
  }
  const machine = describeMachine();
  const secondsPerTurn = quick ? 0.05 : 1;
  const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
  let rival: Rival | undefined;
  try {
    rival = python === undefined ? undefined : await startRival(python, folder);
    const runtime = await nodeRuntime({ threads: machine.threads });
    const context: Context = { runtime, rival, rounds, seconds: secondsPerTurn, quick, folder };
    const results: Result[] = [];
    for (const benchCase of cases) {
      const result = await measured(benchCase, context);
      results.push(result);
      onResult(result);
    }
    const about = rival?.about ?? "missing";
    return { format: "fluxion-bench", version: 1, machine, rival: about, rounds, secondsPerTurn, quick, results };
  } finally {
    rival?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A case that fails is a line of the results: the others still count. */
async function measured(benchCase: BenchCase, context: Context): Promise<Result> {
  const { name, what, unit, target, hasRival } = benchCase;
  const missing = hasRival ? (context.rival ? "compared" : "missing") : "none";
  try {
    const measurement = await benchCase.measure(context);
    const rival = measurement.agreement?.agrees === false ? "disagrees" : missing;
    const value = hasRival ? measurement.ratio?.median : measurement.figures["fluxion"]?.median;
    return { name, what, unit, rival, target, met: reached(value, target), ...measurement };
  } catch (error) {
    return { name, what, unit, rival: missing, target, error: error instanceof Error ? error.message : String(error) };
  }
}

function reached(value: number | undefined, target: Target | undefined): boolean | undefined {
  if (value === undefined || target === undefined) return undefined;
  return target.bound === "atLeast" ? value >= target.value : value < target.value;
}
