/** @file Runs cases one after the other, each in a process of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchCase } from "./case.ts";
import type { Flags } from "./flags.ts";
import type { Launch } from "./launch.ts";
import { describeMachine } from "./machine.ts";
import type { Machine } from "./machine.ts";
import type { Result, Settings } from "./measure.ts";
import { allCases } from "./registry.ts";
import type { Report } from "./report.ts";
import { findRivals, kindOf, kinds } from "./rivals.ts";
import type { Places, RivalName } from "./rivals.ts";

/** What a run is told. */
export interface RunOptions {
  readonly flags: Pick<Flags, "only" | "rounds" | "limit" | "quick" | "threads">;
  readonly places: Places;
  readonly launch: Launch;
  /** The results that need not be measured again. */
  readonly keep?: ((report: Omit<Report, "results" | "complete">) => readonly Result[]) | undefined;
  /** Called after each measurement with all that is known so far. */
  readonly onResult?: ((result: Result, report: Report) => void) | undefined;
}

interface Job {
  readonly benchCase: BenchCase;
  readonly threads: number;
}

/**
 * Measures the cases that `flags.only` matches.
 *
 * @throws RangeError if no case matches; Error if a rival that was named does not start
 */
export async function runBench({ flags, places, launch, keep, onResult = () => undefined }: RunOptions): Promise<Report> {
  const { rounds, limit, quick } = flags;
  const machine = describeMachine();
  const jobs = jobsOf(flags, machine);
  const shared = mkdtempSync(join(tmpdir(), "fluxion-bench-run-"));
  try {
    const seconds = quick ? 0.05 : 0.5;
    const rivals = await aboutRivals(jobs.flatMap(({ benchCase }) => benchCase.rivals), places, shared);
    const head = { format: "fluxion-bench", version: 2, machine, rivals, rounds, secondsPerTurn: seconds, limitSeconds: limit, quick } as const;
    const known = keep?.(head) ?? [];
    const results: Result[] = [...known];
    const due = jobs.filter(({ benchCase, threads }) => !known.some((each) => each.name === benchCase.name && each.threads === threads));
    for (const [i, { benchCase, threads }] of due.entries()) {
      const settings: Settings = { threads, places, rounds, seconds, limit, quick, shared };
      const result = await launch(benchCase, settings);
      results.push(result);
      onResult(result, { ...head, complete: i === due.length - 1, results: inOrder(results) });
    }
    return { ...head, complete: true, results: inOrder(results) };
  } finally {
    rmSync(shared, { recursive: true, force: true });
  }
}

/** Every chosen case at one thread, and at all cores where that differs. */
function jobsOf({ only, threads }: RunOptions["flags"], { cores }: Machine): readonly Job[] {
  const cases = allCases.filter(({ name }) => only === undefined || only.test(name));
  if (cases.length === 0) {
    throw new RangeError(`--only: expected a pattern that matches a case (${allCases.map(({ name }) => name).join(", ")}), got ${String(only)}`);
  }
  return cases.flatMap((benchCase) => {
    const counts = benchCase.threads === "both" && cores > 1 ? [1, cores] : [1];
    return counts.filter((count) => threads === undefined || (threads === "one") === (count === 1)).map((count) => ({ benchCase, threads: count }));
  });
}

/** Starts each rival once, so that one that was named but does not start is found out now. */
async function aboutRivals(names: readonly RivalName[], places: Places, folder: string): Promise<Report["rivals"]> {
  const about: Record<string, Readonly<Record<string, unknown>> | "missing"> = {};
  const found = findRivals(places, 1, folder);
  try {
    for (const name of new Set(names)) {
      // It is PyTorch, with another setting.
      if (name === "pytorch-compile") continue;
      about[name] = (await found.start(name))?.about ?? "missing";
    }
    return about;
  } finally {
    found.closeAll();
  }
}

/** In the order of the cases, however a run was resumed. */
function inOrder(results: readonly Result[]): readonly Result[] {
  const place = new Map(allCases.map(({ name }, i) => [name, i]));
  return [...results].sort((a, b) => (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0) || a.threads - b.threads);
}

/** How a table calls a rival. */
export const titleOf = (name: string): string => (name in kinds ? kindOf(name as RivalName).title : name);
