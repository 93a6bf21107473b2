/**
 * A whole number from `least`.
 *
 * @throws RangeError otherwise
 */
export function wholeFrom(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`${name}: expected a whole number from ${least}, got ${value}`);
}
