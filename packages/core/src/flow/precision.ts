/** What a network is evaluated in: its parameters and activations. */
export const precisions = ["float32", "float16"] as const;

/** What a network is evaluated in. */
export type Precision = (typeof precisions)[number];

/** Refuses what is no precision. */
export function checkPrecision(caller: string, precision: Precision): void {
  if (precisions.includes(precision)) return;
  throw new RangeError(`${caller}: precision: expected ${precisions.join(" or ")}, got "${precision}"`);
}
