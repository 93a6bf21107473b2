/** @file One measurement: a case at one thread or at all cores. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeRuntime } from "@fluxion/node";
import { LeftOut } from "./case.ts";
import type { BenchCase, Measurement, Target } from "./case.ts";
import { findRivals, isMissing, rivalsAt } from "./rivals.ts";
import type { Places } from "./rivals.ts";

/** What a measurement is told, as JSON where it is a process of its own. */
export interface Settings {
  readonly threads: number;
  readonly places: Places;
  readonly rounds: number;
  readonly seconds: number;
  readonly limit: number;
  readonly quick: boolean;
  readonly shared: string;
}

/** The state of the comparison with a rival. */
export type RivalStatus = "compared" | "missing" | "disagrees" | "failed";

/** One line of the results. */
export interface Result extends Partial<Omit<Measurement, "failures">> {
  readonly name: string;
  readonly threads: number;
  readonly what: string;
  readonly unit: string;
  readonly rivals: Readonly<Record<string, RivalStatus>>;
  readonly target?: Target | undefined;
  readonly otherTargets?: Readonly<Record<string, Target>> | undefined;
  /** Whether the target is reached; absent where nothing can be said. */
  readonly met?: boolean | undefined;
  /** Why rivals failed. */
  readonly failures?: Readonly<Record<string, string>> | undefined;
  /** Why nothing was measured, though nothing failed. */
  readonly leftOut?: string | undefined;
  /** Why there are no figures. */
  readonly error?: string | undefined;
  /** The commit that was measured, where it is not that of the run. */
  readonly commit?: string | undefined;
  /** Seconds that it took in all. */
  readonly seconds?: number | undefined;
}

/** Measures a case in this process. One that fails is a line of the results too. */
export async function measureCase(benchCase: BenchCase, settings: Settings): Promise<Result> {
  const started = performance.now();
  const { threads, places } = settings;
  const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
  const rivals = findRivals(places, threads, folder);
  try {
    const runtime = await nodeRuntime({ threads });
    const measurement = await benchCase.measure({ ...settings, runtime, rivals, folder });
    return { ...resultOf(benchCase, settings, measurement), seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return noResult(benchCase, settings, error instanceof LeftOut ? { leftOut: reason } : { error: reason });
  } finally {
    rivals.closeAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A line without figures. */
export function noResult(benchCase: BenchCase, settings: Settings, why: Pick<Result, "leftOut" | "error">): Result {
  return { ...head(benchCase, settings, {}), ...why };
}

function resultOf(benchCase: BenchCase, settings: Settings, measurement: Measurement): Result {
  const { target } = benchCase;
  const [first] = benchCase.rivals;
  const value = (first === undefined || benchCase.unit === "s" ? measurement.figures["fluxion"] : measurement.ratios?.[first])?.median;
  const { failures = {}, ...rest } = measurement;
  return {
    ...head(benchCase, settings, measurement),
    met: reached(value, target),
    ...rest,
    ...(Object.keys(failures).length > 0 && { failures }),
  };
}

function head({ name, what, unit, target, otherTargets, rivals }: BenchCase, { threads, places }: Settings, { agreements = {}, failures = {} }: Partial<Measurement>): Result {
  const status = (rival: (typeof rivals)[number]): RivalStatus => {
    if (isMissing(rival, places)) return "missing";
    if (rival in failures) return "failed";
    return agreements[rival]?.agrees === false ? "disagrees" : "compared";
  };
  return { name, threads, what, unit, rivals: Object.fromEntries(rivalsAt(rivals, threads).map((rival) => [rival, status(rival)])), target, otherTargets };
}

/** Whether a target is reached; undefined where nothing can be said. */
export function reached(value: number | undefined, target: Target | undefined): boolean | undefined {
  if (value === undefined || target === undefined) return undefined;
  return target.bound === "atLeast" ? value >= target.value : value < target.value;
}
