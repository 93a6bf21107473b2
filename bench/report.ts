/** @file What a run leaves behind, and how it goes on from there. */
import { existsSync, readFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import type { Result } from "./measure.ts";

/** The file of a run. */
export interface Report {
  readonly format: "fluxion-bench";
  readonly version: 2;
  readonly machine: Machine;
  /** Of each rival its versions and settings, or "missing". */
  readonly rivals: Readonly<Record<string, Readonly<Record<string, unknown>> | "missing">>;
  readonly rounds: number;
  readonly secondsPerTurn: number;
  readonly limitSeconds: number;
  readonly quick: boolean;
  /** Whether all that was asked for was measured. */
  readonly complete: boolean;
  readonly results: readonly Result[];
}

/**
 * Reads a run.
 *
 * @throws Error if the file is none
 */
export function readReport(file: string): Report {
  const report = JSON.parse(readFileSync(file, "utf8")) as Partial<Report>;
  if (report.format === "fluxion-bench" && report.version === 2) return report as Report;
  throw new Error(`${file}: expected results of this version of the benchmark, got ${String(report.format)} ${String(report.version)}; choose another --name`);
}

/**
 * The results that a run can keep: those that did not fail.
 *
 * @throws Error if they come from another commit, CPU or length of turns
 */
export function kept(file: string, now: Omit<Report, "results" | "complete">): readonly Result[] {
  if (!existsSync(file)) return [];
  const before = readReport(file);
  const same = (what: string, was: unknown, is: unknown): void => {
    if (was !== is) throw new Error(`--resume: expected results of the same ${what} (${String(is)}), ${file} has ${String(was)}; measure anew under another --name`);
  };
  same("commit", before.machine.commit, now.machine.commit);
  same("CPU", before.machine.cpu, now.machine.cpu);
  same("seconds a turn", before.secondsPerTurn, now.secondsPerTurn);
  same("limit", before.limitSeconds, now.limitSeconds);
  return before.results.filter(({ error }) => error === undefined);
}

/** What `--renew` measures anew. */
export interface Anew {
  readonly only: RegExp;
  /** Default: at one thread and at all cores. */
  readonly threads?: "one" | "all" | undefined;
}

/**
 * The results of an earlier run, but for the cases that are measured anew; each says its commit.
 *
 * @throws Error if there is no run, or it is of another CPU or length of turns
 */
export function others(file: string, now: Omit<Report, "results" | "complete">, { only, threads: at }: Anew): readonly Result[] {
  const before = readReport(file);
  for (const [what, was, is] of [["CPU", before.machine.cpu, now.machine.cpu], ["seconds a turn", before.secondsPerTurn, now.secondsPerTurn]] as const) {
    if (was !== is) throw new Error(`--renew: expected results of the same ${what} (${String(is)}), ${file} has ${String(was)}; measure all under another --name`);
  }
  const isAnew = ({ name, threads }: Result): boolean => only.test(name) && (at === undefined || (at === "one") === (threads === 1));
  return before.results.filter((result) => !isAnew(result)).map((result) => ({ ...result, commit: result.commit ?? before.machine.commit }));
}
