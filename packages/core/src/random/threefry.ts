/** @file Threefry-4×32 with 20 rounds (Salmon et al. 2011): a block cipher of additions, rotations and xors, so the same on every engine. */

/** Four 32-bit words: a key, a counter or a block. */
export type Words = readonly [number, number, number, number];

const PARITY = 0x1bd11bda;

/** Rotation distances of the two pairs, by round modulo 8. */
const ROTATIONS: readonly (readonly [number, number])[] = [
  [10, 26],
  [11, 21],
  [13, 27],
  [23, 5],
  [6, 20],
  [17, 11],
  [25, 10],
  [18, 20],
];

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** The block `counter` enciphered under `key`; words are unsigned. */
export function threefry(key: Words, counter: Words): Words {
  const schedule = [...key, PARITY ^ key[0] ^ key[1] ^ key[2] ^ key[3]];
  const word = (i: number): number => schedule[i % 5] ?? 0;
  let a = (counter[0] + word(0)) | 0;
  let b = (counter[1] + word(1)) | 0;
  let c = (counter[2] + word(2)) | 0;
  let d = (counter[3] + word(3)) | 0;
  for (let round = 0; round < 20; round++) {
    const [left, right] = ROTATIONS[round % 8] ?? [0, 0];
    a = (a + b) | 0;
    c = (c + d) | 0;
    const mixedB = rotate(b, left) ^ a;
    const mixedD = rotate(d, right) ^ c;
    // Words 1 and 3 change places after every round.
    b = mixedD;
    d = mixedB;
    if (round % 4 !== 3) continue;
    const turn = (round + 1) / 4;
    a = (a + word(turn)) | 0;
    b = (b + word(turn + 1)) | 0;
    c = (c + word(turn + 2)) | 0;
    d = (d + word(turn + 3) + turn) | 0;
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}
