/**
 * The name of a stream of random numbers: a value. Equal keys give equal numbers on every machine; different labels
 * give independent streams. There is no global generator.
 *
 * @example
 * const key = Key.from(7);
 * const noise = normal(key.child("noise", step), 1024);
 */
export class Key {
  readonly #words: readonly [number, number, number, number];

  private constructor(words: readonly [number, number, number, number]) {
    this.#words = words;
  }

  /**
   * The key of a seed.
   *
   * @param seed - a finite number, a bigint or any text
   * @throws RangeError if a number is not finite
   */
  static from(seed: number | bigint | string): Key {
    if (typeof seed === "number" && !Number.isFinite(seed)) {
      throw new RangeError(`Key.from: expected a finite seed, got ${String(seed)}`);
    }
    return new Key(absorb([0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef], seed));
  }

  /** The key under labels; the order and the types of the labels matter. */
  child(...labels: readonly (string | number)[]): Key {
    return new Key(labels.reduce(absorb, this.#words));
  }

  /** The 128 bits that seed a generator. */
  get words(): readonly [number, number, number, number] {
    return this.#words;
  }
}

type Words = readonly [number, number, number, number];

/** Mixes a label into 128 bits of state, character by character (after cyrb128), then stirs. */
function absorb(words: Words, label: string | number | bigint): Words {
  let [a, b, c, d] = words;
  const text = `${typeof label === "string" ? "s" : "n"}${String(label)}\0`;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ code, 597399067);
    b = c ^ Math.imul(b ^ code, 2869860233);
    c = d ^ Math.imul(c ^ code, 951274213);
    d = a ^ Math.imul(d ^ code, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  a ^= b ^ c ^ d;
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}
