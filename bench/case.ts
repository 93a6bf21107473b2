/** @file What a benchmark case is given, and what it hands back. */
import type { Runtime } from "@fluxion/graph";
import type { RivalName, Rivals } from "./rivals.ts";
import type { Summary } from "./statistics.ts";

/** What every case works with. */
export interface Context {
  readonly runtime: Runtime;
  /** Threads that every side may use. */
  readonly threads: number;
  readonly rivals: Rivals;
  readonly rounds: number;
  /** Seconds that one side runs in one round. */
  readonly seconds: number;
  /** Seconds that a measurement may take: beyond, it does fewer rounds, down to one, or is left out. */
  readonly limit: number;
  /** Sizes cut down to see that everything runs; the numbers mean little. */
  readonly quick: boolean;
  /** A directory that goes when the measurement ends. */
  readonly folder: string;
  /** A directory that goes when the whole run ends: what several cases need. */
  readonly shared: string;
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
  /** Ours over each rival's, round by round. Absent where both do not compute the same. */
  readonly ratios?: Readonly<Record<string, Summary>> | undefined;
  /** How far each rival was compared with us, and how far apart we were. */
  readonly agreements?: Readonly<Record<string, Agreement>> | undefined;
  /** Rivals that failed, and why. */
  readonly failures?: Readonly<Record<string, string>> | undefined;
  /** Sizes and counts that the figures depend on. */
  readonly details?: Readonly<Record<string, number | string>> | undefined;
  /** How a figure grows with something. */
  readonly growth?: Growth | undefined;
}

/** A measured dependence, one curve to a side. */
export interface Growth {
  /** What grows, and what then changes. */
  readonly x: string;
  readonly y: string;
  readonly curves: Readonly<Record<string, readonly { readonly x: number; readonly y: Summary }[]>>;
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
  /** Who does the same beside us; the first is the one that the target is about. */
  readonly rivals: readonly RivalName[];
  /** Whether it is measured at one thread alone, or at all cores too. */
  readonly threads: "one" | "both";
  /** What the ratio to the first rival should reach, or where there is none our figure. */
  readonly target?: Target | undefined;
  /** What the ratios to other rivals should reach. */
  readonly otherTargets?: Readonly<Partial<Record<RivalName, Target>>> | undefined;
  measure(context: Context): Promise<Measurement>;
}

/** A measurement that would take longer than it may. */
export class LeftOut extends Error {}

/** Whether both sides agree: every distance is a number within its tolerance. */
export function agreement(checks: readonly Check[]): Agreement {
  return { agrees: checks.every(({ distance, tolerance }) => distance <= tolerance), checks };
}
