/** @file Keys: where every random number comes from. */
import { threefry } from "./threefry.ts";
import type { Words } from "./threefry.ts";

/** What a child of a key is called: a string, or a safe integer such as a step number. */
export type KeyLabel = string | number;

/** First words of the blocks: they keep integer labels, string labels and streams apart. */
const INTEGER = 1;
const STRING = 2;
const STREAM = 3;

const ROOT: Words = [0, 0, 0, 0];

/**
 * A 128-bit value from which random numbers are derived. Equal keys give equal numbers on every machine, and the
 * children of a key are independent of it and of each other, so nothing depends on the order of calls.
 */
export class Key {
  readonly #words: Words;

  private constructor(words: Words) {
    this.#words = words;
  }

  /**
   * The key of a seed; `7` and `7n` are one seed, `"7"` another.
   * @throws TypeError if a number is not a safe integer.
   */
  static from(seed: number | bigint | string): Key {
    if (typeof seed === "string") return new Key(absorbString(ROOT, seed));
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new TypeError(`Key.from: expected a safe integer, a bigint or a string, got ${seed}; give a whole number`);
    }
    const integer = Number(seed);
    return new Key(
      Number.isSafeInteger(integer) ? absorbInteger(ROOT, integer) : absorbString(absorbInteger(ROOT, 0), String(seed)),
    );
  }

  /**
   * The key named by `labels` below this one; `child("a", 1)` is `child("a").child(1)`, and `1` and `"1"` differ.
   * @throws TypeError without labels, or for a number that is not a safe integer.
   */
  child(...labels: readonly KeyLabel[]): Key {
    if (labels.length === 0) {
      throw new TypeError('Key.child: expected at least one label, got none; name the child, as in key.child("noise")');
    }
    return new Key(labels.reduce(absorb, this.#words));
  }

  /** The key as 32 hexadecimal digits: equal for equal keys. */
  toString(): string {
    return this.#words.map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  /**
   * The four state words of this key's stream number `kind`; for the fills of this folder.
   * @internal
   */
  stream(kind: number): Words {
    return threefry(this.#words, [STREAM, kind, 0, 0]);
  }
}

/** One step of a Matyas–Meyer–Oseas hash: the next state for a block. */
function compress(state: Words, block: Words): Words {
  const [a, b, c, d] = threefry(state, block);
  return [(a ^ block[0]) >>> 0, (b ^ block[1]) >>> 0, (c ^ block[2]) >>> 0, (d ^ block[3]) >>> 0];
}

function absorb(state: Words, label: KeyLabel): Words {
  if (typeof label === "string") return absorbString(state, label);
  if (Number.isSafeInteger(label)) return absorbInteger(state, label);
  throw new TypeError(
    `Key.child: expected strings and safe integers, got ${String(label)}; name the child by a string or a whole number`,
  );
}

function absorbInteger(state: Words, value: number): Words {
  return compress(state, [INTEGER, value >>> 0, Math.floor(value / 2 ** 32) >>> 0, 0]);
}

/** A block that holds the length comes first, so no string's blocks begin another's. */
function absorbString(state: Words, text: string): Words {
  const pair = (at: number): number => code(text, at) | (code(text, at + 1) << 16);
  let next = compress(state, [STRING, text.length, pair(0) >>> 0, pair(2) >>> 0]);
  for (let at = 4; at < text.length; at += 8) {
    next = compress(next, [pair(at) >>> 0, pair(at + 2) >>> 0, pair(at + 4) >>> 0, pair(at + 6) >>> 0]);
  }
  return next;
}

const code = (text: string, at: number): number => (at < text.length ? text.charCodeAt(at) : 0);
