/** @file A change of schedule in words. */
import type { AffinePath, ScheduleChange } from "fluxion";

/**
 * What two paths have in common, and what of each was left out.
 *
 * @param from - the path of the model
 * @param to - the path asked for
 */
export function describeChange(from: AffinePath, to: AffinePath, { path, modelInterval, snr: [low, high], cut }: ScheduleChange): string {
  const lines = [
    `along ${to.kind} instead of ${from.kind}: signal-to-noise ratios ${short(low)} to ${short(high)}, which both have`,
    `left out of ${from.kind}: ${leftOut(from, modelInterval, cut.from)}`,
    `left out of ${to.kind}: ${leftOut(to, path.interval, cut.to)}`,
  ];
  return lines.join("\n  ");
}

/** Ratios below and above a part of a path's times. */
function leftOut(path: AffinePath, [first, last]: readonly [number, number], { start, end }: { readonly start: number; readonly end: number }): string {
  const part = (t0: number, t1: number): string => `ratios ${short(path.snr(t0))} to ${short(path.snr(t1))} (t from ${short(t0)} to ${short(t1)})`;
  const parts = [...(start > 0 ? [part(first - start, first)] : []), ...(end > 0 ? [part(last, last + end)] : [])];
  return parts.join(" and ") || "nothing";
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
