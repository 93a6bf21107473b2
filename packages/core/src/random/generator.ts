import type { Key } from "./key.ts";

/**
 * A stream of 32-bit words: sfc32 by Chris Doty-Humphrey (PractRand), seeded by the 128 bits of a key.
 *
 * @returns a function that gives the next whole number in [0, 2³²)
 */
export function words(key: Key): () => number {
  let [a, b, c, counter] = key.words;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
