/** @file Sides take turns, so that whatever else the machine does meets all of them alike. */
import type { Summary } from "./statistics.ts";
import { summarize } from "./statistics.ts";

/** One competitor. */
export interface Side {
  readonly name: string;
  /** Units of work in a turn. */
  readonly units: number;
  /** Takes `turns` turns and returns the seconds that they took. */
  run(turns: number): Promise<number>;
}

/** How long to measure. */
export interface Length {
  readonly rounds: number;
  /** Seconds that one side runs in one round, about. */
  readonly seconds: number;
  /** Seconds that all rounds may take: fewer are done, down to one. Default: no bound. */
  readonly budget?: number | undefined;
}

/**
 * Measures all sides round by round, each first in turn. Where one turn of a side is longer than `seconds`, its first
 * turn is not repeated to warm up.
 *
 * @returns units a second of each side, one value for each round
 */
export async function interleave(sides: readonly Side[], { rounds, seconds, budget = Infinity }: Length): Promise<Record<string, Summary>> {
  const started = performance.now();
  const spent = (): number => (performance.now() - started) / 1000;
  const turns = new Map<Side, number>();
  const rates = new Map<Side, number[]>(sides.map((side) => [side, []]));
  const first = new Map<Side, number>();
  for (const side of sides) {
    // The first turn also warms up.
    const cold = await side.run(1);
    const warm = cold > seconds ? cold : await side.run(1);
    first.set(side, warm);
    turns.set(side, Math.max(1, Math.round(seconds / warm)));
  }
  const perRound = sides.reduce((total, side) => total + (turns.get(side) ?? 1) * (first.get(side) ?? 0), 0);
  for (let round = 0; round < rounds && spent() + perRound <= budget; round++) {
    const at = round % sides.length;
    for (const side of [...sides.slice(at), ...sides.slice(0, at)]) {
      const count = turns.get(side) ?? 1;
      rates.get(side)?.push((count * side.units) / (await side.run(count)));
    }
  }
  return Object.fromEntries(
    [...rates].map(([side, values]) => [side.name, summarize(values.length > 0 ? values : [side.units / (first.get(side) ?? NaN)])]),
  );
}

/** One side over the other, round by round. */
export function ratioOf(ours: Summary | undefined, theirs: Summary | undefined): Summary | undefined {
  if (ours === undefined || theirs === undefined) return undefined;
  return summarize(ours.values.map((value, round) => value / (theirs.values[round] ?? NaN)));
}

/** Runs something a number of times and returns the seconds that it took. */
export async function timed(times: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < times; i++) await work();
  return (performance.now() - started) / 1000;
}
