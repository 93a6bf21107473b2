/** @file Checks of model options, which may come from a file: wrong keys and types are errors. */

/** Refuses keys that are not options. */
export function checkKeys(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: expected an object of options, got ${show(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new RangeError(`${where}: unknown option "${key}"; the options are ${known.join(", ")}`);
    }
  }
}

/** A whole number from `least` (default 1). */
export function wholeNumber(where: string, value: unknown, least = 1): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`${where}: expected a whole number from ${String(least)}, got ${show(value)}`);
}

/** A list of whole numbers from 1, of a given length where one is given. */
export function wholeNumbers(where: string, value: unknown, length?: number): readonly number[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    const size = length === undefined ? "a list of" : `a list of ${String(length)}`;
    throw new RangeError(`${where}: expected ${size} whole numbers, got ${show(value)}`);
  }
  return value.map((item, i) => wholeNumber(`${where}[${String(i)}]`, item));
}

/** One of a few words. */
export function oneOf<T extends string>(where: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new RangeError(`${where}: expected one of ${choices.join(", ")}, got ${show(value)}`);
}

/** A whole number that divides `whole`. */
export function divisor(where: string, value: unknown, whole: number): number {
  const number = wholeNumber(where, value);
  if (whole % number === 0) return number;
  throw new RangeError(`${where}: expected a divisor of ${String(whole)}, got ${String(number)}`);
}

/** A number in [least, most]. */
export function numberIn(where: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new RangeError(`${where}: expected a number from ${String(least)} to ${String(most)}, got ${show(value)}`);
}

/** True or false. */
export function flag(where: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new RangeError(`${where}: expected true or false, got ${show(value)}`);
}

function show(value: unknown): string {
  return value === undefined ? "undefined" : JSON.stringify(value);
}
