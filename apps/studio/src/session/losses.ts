/** @file The loss over steps, thinned out so that a long training is as light as a short one. */

/** Means over equal stretches of steps. */
export interface LossCurve {
  /** Steps that one point stands for. */
  readonly stretch: number;
  readonly values: readonly number[];
  /** Losses after the last whole stretch. */
  readonly rest: readonly number[];
}

/** No loss yet. */
export const noLosses: LossCurve = { stretch: 10, values: [], rest: [] };

/** More points than this are joined in pairs. */
const most = 400;

/** A curve with further losses. */
export function withLosses({ stretch, values, rest }: LossCurve, losses: ArrayLike<number>): LossCurve {
  const all = [...rest, ...Array.from(losses)];
  const whole = Math.floor(all.length / stretch);
  const added = Array.from({ length: whole }, (_, i) => mean(all.slice(i * stretch, (i + 1) * stretch)));
  const curve = { stretch, values: [...values, ...added], rest: all.slice(whole * stretch) };
  return curve.values.length <= most ? curve : halved(curve);
}

function halved({ stretch, values, rest }: LossCurve): LossCurve {
  const pairs = Math.floor(values.length / 2);
  const joined = Array.from({ length: pairs }, (_, i) => mean([values[2 * i] ?? 0, values[2 * i + 1] ?? 0]));
  // An odd one out is given back as losses of its mean.
  const odd = values.length % 2 === 1 ? Array<number>(stretch).fill(values.at(-1) ?? 0) : [];
  return { stretch: 2 * stretch, values: joined, rest: [...odd, ...rest] };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
