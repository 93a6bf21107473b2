/** @file Checks of path options, which may come from a file: unknown keys and wrong types are errors. */

/** One number among the options of a path. */
export interface NumberOption {
  /** Taken where none is given; without it the option is required. */
  readonly default?: number;
  readonly expected: string;
  readonly accept: (value: number) => boolean;
}

/** A share of the interval's length that is cut off its end. */
export const cutOff: NumberOption = {
  default: 1e-5,
  expected: "a number above 0 and below 0.1",
  accept: (value) => value > 0 && value < 0.1,
};

/** A finite number above 0. */
export const positive = (value?: number): NumberOption => ({
  ...(value !== undefined && { default: value }),
  expected: "a number above 0",
  accept: (x) => x > 0 && Number.isFinite(x),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError naming an unknown key, or a value that is missing or out of range
 */
export function readNumbers<K extends string>(
  where: string,
  given: Readonly<Partial<Record<K, number | undefined>>>,
  table: Readonly<Record<K, NumberOption>>,
): Record<K, number> {
  const known = Object.keys(table);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const options = known.length > 0 ? `the options are ${known.join(", ")}` : "there are none";
    throw new RangeError(`${where}: unknown option "${unknown}"; ${options}`);
  }
  const read = (key: string, { default: fallback, expected, accept }: NumberOption): number => {
    const value: unknown = given[key as K] ?? fallback;
    if (typeof value === "number" && accept(value)) return value;
    throw new RangeError(`${where}: ${key}: expected ${expected}, got ${typeof value === "string" ? `"${value}"` : String(value)}`);
  };
  return Object.fromEntries(Object.entries<NumberOption>(table).map(([key, option]) => [key, read(key, option)])) as Record<K, number>;
}

/** Refuses an interval that is empty or leaves [0, 1]. */
export function checkInterval(where: string, [t0, t1]: readonly [number, number]): void {
  if (t0 >= 0 && t0 < t1 && t1 <= 1) return;
  throw new RangeError(`${where}: interval: expected 0 <= t0 < t1 <= 1, got [${String(t0)}, ${String(t1)}]`);
}

/** Refuses what is no width. */
export function checkPositive(where: string, name: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return;
  throw new RangeError(`${where}: ${name}: expected a number above 0, got ${String(value)}`);
}
