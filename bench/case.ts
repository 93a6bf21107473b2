/** @file What a benchmark case is given, and what it hands back. */
import type { Runtime } from "@fluxion/graph";
import type { Rival } from "./rival.ts";
import type { Summary } from "./statistics.ts";

/** What every case works with. */
export interface Context {
  /** One thread. */
  readonly runtime: Runtime;
  /** PyTorch's side; undefined where none was named. */
  readonly rival: Rival | undefined;
  readonly rounds: number;
  /** Seconds that one side runs in one round. */
  readonly seconds: number;
  /** Sizes cut down to see that everything runs; the numbers mean little. */
  readonly quick: boolean;
  /** A directory that goes when the run ends. */
  readonly folder: string;
}

/** What a figure should reach. */
export interface Target {
  readonly bound: "atLeast" | "below";
  readonly value: number;
}

/** What a case measured. */
export interface Measurement {
  /** The figures of each side, our own first; such as steps a second. */
  readonly figures: Readonly<Record<string, Summary>>;
  /** Ours over the rival's, round by round. Absent without a rival, and where both do not compute the same. */
  readonly ratio?: Summary | undefined;
  /** How far both sides were compared, and how far apart they were. */
  readonly agreement?: Agreement | undefined;
  /** Sizes and counts that the figures depend on. */
  readonly details?: Readonly<Record<string, number | string>>;
}

/** The outcome of comparing two sides. */
export interface Agreement {
  readonly agrees: boolean;
  readonly checks: readonly Check[];
}

/** One compared quantity. */
export interface Check {
  readonly what: string;
  /** The disagreement found. */
  readonly distance: number;
  /** The largest that passes. */
  readonly tolerance: number;
}

/** One thing to measure. */
export interface BenchCase {
  readonly name: string;
  /** What a unit of work is, in one line. */
  readonly what: string;
  readonly unit: string;
  /** Whether PyTorch does the same beside it. */
  readonly hasRival: boolean;
  /** What the ratio should reach, or where there is no rival the figure. */
  readonly target?: Target;
  measure(context: Context): Promise<Measurement>;
}

/** Whether both sides agree: every distance is a number within its tolerance. */
export function agreement(checks: readonly Check[]): Agreement {
  return { agrees: checks.every(({ distance, tolerance }) => distance <= tolerance), checks };
}
