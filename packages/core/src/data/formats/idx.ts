/** @file The IDX format of MNIST. */

/** Unsigned bytes as an IDX file holds them. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major values; a view of the bytes given. */
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  0x09: "int8",
  0x0b: "int16",
  0x0c: "int32",
  0x0d: "float32",
  0x0e: "float64",
};

/**
 * Reads an (uncompressed) IDX file of unsigned bytes.
 * @throws Error naming `file` if the bytes are no IDX file, hold another type, or are fewer or more than the header says.
 */
export function parseIdx(bytes: Uint8Array, file = "parseIdx"): IdxArray {
  const { shape, start } = idxHeader(bytes, bytes.length, file);
  return { shape, data: bytes.subarray(start) };
}

/**
 * The shape that an IDX file of unsigned bytes says it has, and where its values start.
 * @param bytes - the start of the file, at least the header
 * @param size - bytes of the whole file
 * @throws Error as `parseIdx`
 */
export function idxHeader(bytes: Uint8Array, size: number, file = "idxHeader"): { readonly shape: readonly number[]; readonly start: number } {
  const [zero, alsoZero, type = 0, rank = 0] = bytes;
  const known = type === UNSIGNED_BYTE || TYPE_NAMES[type] !== undefined;
  if (zero !== 0 || alsoZero !== 0 || !known || rank === 0) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new Error(
      `${file}: expected an IDX file (it begins with 00 00, type, rank), got ${start === "" ? "no bytes" : start}; give a file like train-images-idx3-ubyte`,
    );
  }
  if (type !== UNSIGNED_BYTE) {
    throw new Error(
      `${file}: expected unsigned bytes (IDX type 8), got ${TYPE_NAMES[type] ?? ""}; convert the file to 8 bits`,
    );
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new Error(
      `${file}: expected a header of ${start} bytes, got ${bytes.length}; the file is incomplete, fetch it again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = start + shape.reduce((product, length) => product * length, 1);
  if (size !== expected) {
    throw new Error(
      `${file}: expected ${expected} bytes for shape [${shape.join(", ")}], got ${size}; the file is damaged or incomplete, fetch it again`,
    );
  }
  return { shape, start };
}
