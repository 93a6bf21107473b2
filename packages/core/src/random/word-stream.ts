/** @file The stream of 32-bit words behind every fill. */
import type { Key } from "./key.ts";

/** Numbers of the streams: two fills of one key by different functions share nothing. */
export const STREAMS = { uniform: 1, normal: 2, rademacher: 3, integers: 4, permutation: 5, bytes: 6 } as const;

/** The generator sfc32 (Doty-Humphrey, PractRand), seeded with all 128 bits of a key. */
export class WordStream {
  // A typed array keeps the state as raw 32-bit words, with nothing allocated per draw.
  readonly #state = new Int32Array(4);

  constructor(key: Key, kind: keyof typeof STREAMS) {
    this.#state.set(key.stream(STREAMS[kind]));
  }

  /** The next 32 bits, unsigned. */
  next(): number {
    const state = this.#state;
    const b = state[1] ?? 0;
    const c = state[2] ?? 0;
    const counter = state[3] ?? 0;
    const word = ((state[0] ?? 0) + b + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + word;
    state[3] = counter + 1;
    return word >>> 0;
  }

  /** An integer in [0, below) without bias, for 1 ≤ below ≤ 2³². */
  below(below: number): number {
    // Words past the last whole multiple of `below` would favour small remainders.
    const limit = 2 ** 32 - (2 ** 32 % below);
    let word = this.next();
    while (word >= limit) word = this.next();
    return word % below;
  }
}
