/** @file What a setting may be: one record serves controls, checks and the address. */

/** One setting: its default, and how it stands in an address. */
export interface Spec<T> {
  readonly default: T;
  /** The value that a text stands for; undefined if it is none of this setting's. */
  read(text: string): T | undefined;
  write(value: T): string;
}

/** A number within limits. */
export interface NumberSpec extends Spec<number> {
  readonly min: number;
  readonly max: number;
  /** The distance of neighbouring values; on a logarithmic scale the factor is 10^step. */
  readonly step: number;
  readonly log: boolean;
}

/** One of several. */
export interface ChoiceSpec<T extends string> extends Spec<T> {
  readonly values: readonly T[];
}

/** A number from `min` to `max`. */
export function number(value: number, min: number, max: number, step: number, { log = false } = {}): NumberSpec {
  return {
    default: value,
    min,
    max,
    step,
    log,
    read: (text) => {
      const given = text.trim() === "" ? NaN : Number(text);
      const whole = log || !Number.isInteger(step) || Number.isInteger(given);
      return given >= min && given <= max && whole ? given : undefined;
    },
    write: (given) => String(Number(given.toPrecision(6))),
  };
}

/** One of `values`. */
export function choice<const T extends string>(values: readonly T[], value: NoInfer<T>): ChoiceSpec<T> {
  return { default: value, values, read: (text) => values.find((known) => known === text), write: (given) => given };
}

/** On or off. */
export function flag(value: boolean): Spec<boolean> {
  return {
    default: value,
    read: (text) => (text === "1" ? true : text === "0" ? false : undefined),
    write: (given) => (given ? "1" : "0"),
  };
}

/** Text of some length, checked where it is used. */
export function text(value: string, longest: number): Spec<string> {
  return { default: value, read: (given) => (given.length <= longest ? given : undefined), write: (given) => given };
}
