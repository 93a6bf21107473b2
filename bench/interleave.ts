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
}

/**
 * Measures all sides round by round, each first in turn.
 *
 * @returns units a second of each side, one value for each round
 */
export async function interleave(sides: readonly Side[], { rounds, seconds }: Length): Promise<Record<string, Summary>> {
  const turns = new Map<Side, number>();
  for (const side of sides) {
    // The first turn also warms up.
    await side.run(1);
    turns.set(side, Math.max(1, Math.round(seconds / (await side.run(1)))));
  }
  const rates = new Map<Side, number[]>(sides.map((side) => [side, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % sides.length;
    for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
      const count = turns.get(side) ?? 1;
      rates.get(side)?.push((count * side.units) / (await side.run(count)));
    }
  }
  return Object.fromEntries([...rates].map(([{ name }, values]) => [name, summarize(values)]));
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
