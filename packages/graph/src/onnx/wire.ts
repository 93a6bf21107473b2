/** @file Protobuf messages read with suspicion: no length is believed, unknown fields are skipped. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Nesting beyond this is an attack, not a model; protobuf's own limit. */
const deepest = 100;

/** The value of one field: a number, or the bytes that stand there. */
export class Field {
  readonly #what: string;
  readonly #value: number | Uint8Array;
  readonly #depth: number;

  constructor(what: string, value: number | Uint8Array, depth: number) {
    this.#what = what;
    this.#value = value;
    this.#depth = depth;
  }

  number(): number {
    if (typeof this.#value === "number") return this.#value;
    throw new Error(`${this.#what} should be a number and holds bytes`);
  }

  bytes(): Uint8Array {
    if (typeof this.#value !== "number") return this.#value;
    throw new Error(`${this.#what} should hold bytes and is a number`);
  }

  text(): string {
    const bytes = this.bytes();
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new Error(`${this.#what} should be text and is no UTF-8`);
    }
  }

  /** One number, or many packed. */
  numbers(): number[] {
    if (typeof this.#value === "number") return [this.#value];
    const reader = new BinaryReader(this.#value);
    const values: number[] = [];
    while (reader.pos < reader.len) values.push(guarded(this.#what, () => Number(reader.int64())));
    return values;
  }

  /** The bytes that its value takes. */
  size(): number {
    return typeof this.#value === "number" ? 1 : this.#value.length;
  }

  /** Reads it as a message. */
  message(what: string, known: Known): void {
    readMessage(what, this.bytes(), known, this.#depth + 1);
  }
}

/** What to do with the fields of a message, by number. */
export type Known = Readonly<Record<number, (field: Field) => void>>;

/**
 * Reads the known fields of a message and skips the others.
 *
 * @throws Error saying where the bytes are no such message
 */
export function readMessage(what: string, bytes: Uint8Array, known: Known, depth = 0): void {
  if (depth > deepest) throw new Error(`${what} is nested more than ${String(deepest)} deep`);
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, value] = guarded(what, () => nextField(reader));
    known[number]?.(new Field(`field ${String(number)} of ${what}`, value, depth));
  }
}

function nextField(reader: BinaryReader): [number, number | Uint8Array] {
  const [number, wire] = reader.tag();
  if (wire === WireType.Varint) return [number, Number(reader.int64())];
  if (wire === WireType.LengthDelimited) return [number, reader.bytes()];
  return [number, reader.skip(wire, number)];
}

function guarded<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const ends = error instanceof RangeError;
    throw new Error(`${what} ${ends ? "breaks off" : "is garbled"}`, { cause: error });
  }
}
