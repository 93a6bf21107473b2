/** @file Random arrays as pure functions of a key. */
import { words } from "./generator.ts";
import type { Key } from "./key.ts";

type Floats = Float32Array | Float64Array;

const arrayOf = <T extends Floats>(out: number | T): T | Float32Array =>
  typeof out === "number" ? new Float32Array(out) : out;

/**
 * Uniform numbers in [0, 1) with 24 random bits, exact in float32.
 *
 * @param out - how many, or the array to fill
 */
export function uniform(key: Key, out: number): Float32Array;
export function uniform<T extends Floats>(key: Key, out: T): T;
export function uniform(key: Key, out: number | Floats): Floats {
  const array = arrayOf(out);
  const next = words(key);
  for (let i = 0; i < array.length; i++) array[i] = (next() >>> 8) * 2 ** -24;
  return array;
}

/**
 * Standard normal numbers by the Box–Muller transform; the largest possible magnitude is 6.66.
 *
 * @param out - how many, or the array to fill
 */
export function normal(key: Key, out: number): Float32Array;
export function normal<T extends Floats>(key: Key, out: T): T;
export function normal(key: Key, out: number | Floats): Floats {
  const array = arrayOf(out);
  const next = words(key);
  for (let i = 0; i < array.length; i += 2) {
    // (0, 1] keeps the logarithm finite.
    const radius = Math.sqrt(-2 * Math.log((next() + 1) * 2 ** -32));
    const angle = next() * (2 * Math.PI * 2 ** -32);
    array[i] = radius * Math.cos(angle);
    if (i + 1 < array.length) array[i + 1] = radius * Math.sin(angle);
  }
  return array;
}

/**
 * −1 or 1 with equal probability: the probes of Hutchinson's estimator.
 *
 * @param out - how many, or the array to fill
 */
export function rademacher(key: Key, out: number): Float32Array;
export function rademacher<T extends Floats>(key: Key, out: T): T;
export function rademacher(key: Key, out: number | Floats): Floats {
  const array = arrayOf(out);
  const next = words(key);
  let bits = 0;
  for (let i = 0; i < array.length; i++) {
    bits = i % 32 === 0 ? next() : bits >>> 1;
    array[i] = (bits & 1) * 2 - 1;
  }
  return array;
}

/**
 * Whole numbers in [0, below) without bias.
 *
 * @param below - from 1 to 2³²
 * @throws RangeError if it is not
 */
export function integers(key: Key, count: number, below: number): Uint32Array {
  if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
    throw new RangeError(`integers: expected below to be a whole number from 1 to 2^32, got ${String(below)}`);
  }
  const next = words(key);
  return Uint32Array.from({ length: count }, () => unbiased(next, below));
}

/** Rejects the words of the last, incomplete multiple of `below`. */
function unbiased(next: () => number, below: number): number {
  const limit = 2 ** 32 - (2 ** 32 % below);
  let word = next();
  while (word >= limit) word = next();
  return word % below;
}

/** A random order of 0 … count − 1 (Fisher–Yates). */
export function permutation(key: Key, count: number): Uint32Array {
  const next = words(key);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = unbiased(next, i + 1);
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
}
