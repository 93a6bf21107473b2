/** @file NumPy's .npy format, versions 1 to 3. */

/** Element types that are read and written: little-endian float32, float64, int32, int64, and uint8. */
export type NpyType = "<f4" | "<f8" | "<i4" | "<i8" | "|u1";

/** Values of one of the element types. */
export type NpyData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** An array as a .npy file holds it. */
export interface NpyArray {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Row-major values. */
  readonly data: NpyData;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const ELEMENTS: Readonly<Record<NpyType, { readonly bytes: number; readonly view: (buffer: ArrayBuffer) => NpyData }>> =
  {
    "<f4": { bytes: 4, view: (buffer) => new Float32Array(buffer) },
    "<f8": { bytes: 8, view: (buffer) => new Float64Array(buffer) },
    "<i4": { bytes: 4, view: (buffer) => new Int32Array(buffer) },
    "<i8": { bytes: 8, view: (buffer) => new BigInt64Array(buffer) },
    "|u1": { bytes: 1, view: (buffer) => new Uint8Array(buffer) },
  };

/**
 * Reads a .npy file; arrays in Fortran order come back row-major.
 * @throws Error naming `file` if the bytes are no .npy file, hold another element type, or are fewer or more than the header says.
 */
export function parseNpy(bytes: Uint8Array, file = "parseNpy"): NpyArray {
  const { type, shape, columnMajor, start } = npyHeader(bytes, bytes.length, file);
  const { bytes: size, view } = ELEMENTS[type];
  // Copied: a view needs an aligned start; the slice of a Node buffer would not be a copy.
  const raw = new Uint8Array(bytes.subarray(start));
  const data = view((columnMajor ? rowMajor(raw, shape, size) : raw).buffer);
  return { type, shape, data };
}

/** What the header of a .npy file says. */
export interface NpyHeader {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Whether the first axis runs fastest (Fortran order). */
  readonly columnMajor: boolean;
  /** Where the values start. */
  readonly start: number;
}

/**
 * Reads the header of a .npy file.
 * @param bytes - the start of the file, at least the header
 * @param size - bytes of the whole file
 * @throws Error as `parseNpy`
 */
export function npyHeader(bytes: Uint8Array, size: number, file = "npyHeader"): NpyHeader {
  const { text, end } = readHeader(bytes, file);
  const { type, shape, columnMajor } = parseHeader(text, file);
  const expected = shape.reduce((product, length) => product * length, ELEMENTS[type].bytes);
  const got = size - end;
  if (!Number.isSafeInteger(expected) || got !== expected) {
    throw new Error(
      `${file}: expected ${expected} bytes of data for shape (${shape.join(", ")}) of ${type}, got ${got}; the file is damaged or incomplete, save it again`,
    );
  }
  return { type, shape, columnMajor, start: end };
}

/**
 * The bytes of a version 1.0 .npy file that holds `data`, row-major, in this shape.
 * @throws RangeError if the shape does not hold the values.
 */
export function writeNpy(data: NpyData, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length || shape.some((length) => !Number.isSafeInteger(length) || length < 0)) {
    throw new RangeError(
      `writeNpy: expected a shape of ${data.length} values, got [${shape.join(", ")}]; give the shape of the data`,
    );
  }
  const tuple = shape.length === 1 ? `(${shape.join("")},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${typeOf(data)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Data starts at a multiple of 64 bytes; a newline ends the header.
  const start = Math.ceil((MAGIC.length + 4 + dictionary.length + 1) / 64) * 64;
  const length = start - MAGIC.length - 4;
  if (length > 0xffff)
    throw new RangeError(`writeNpy: expected a shape of fewer axes, got ${shape.length}; reshape the data`);
  const out = new Uint8Array(start + data.byteLength);
  out.set([...MAGIC, 1, 0, length & 0xff, length >> 8]);
  out.set(new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`), MAGIC.length + 4);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return out;
}

function typeOf(data: NpyData): NpyType {
  if (data instanceof Float32Array) return "<f4";
  if (data instanceof Float64Array) return "<f8";
  if (data instanceof Int32Array) return "<i4";
  return data instanceof BigInt64Array ? "<i8" : "|u1";
}

function readHeader(bytes: Uint8Array, file: string): { readonly text: string; readonly end: number } {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new Error(
      `${file}: expected a .npy file (it begins with \\x93NUMPY), got other content; save it with numpy.save`,
    );
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) {
    throw new Error(`${file}: expected .npy version 1, 2 or 3, got ${version}; save it with numpy.save`);
  }
  const start = version === 1 ? 10 : 12;
  const lengthBytes = bytes.subarray(8, start);
  const end = start + lengthBytes.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
  if (bytes.length < end) {
    throw new Error(
      `${file}: expected a header of ${end} bytes, got ${bytes.length}; the file is damaged or incomplete, save it again`,
    );
  }
  return { text: new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(start, end)), end };
}

/** Reads the three entries of the header, a Python dictionary. */
function parseHeader(text: string, file: string): Omit<NpyHeader, "start"> {
  const type = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(\s*((?:\d+\s*(?:,\s*|(?=\))))*)\)/.exec(text)?.[1];
  if (type === null || order === undefined || shape === undefined) {
    throw new Error(
      `${file}: expected a .npy header with descr, fortran_order and shape, got ${JSON.stringify(text.slice(0, 80))}; save it with numpy.save`,
    );
  }
  const name = type[2] === undefined ? (type[1] ?? "") : "a structured type";
  return {
    type: checkedType(name === "<u1" || name === "=u1" ? "|u1" : name, file),
    columnMajor: order === "True",
    shape: shape
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .map(Number),
  };
}

function checkedType(name: string, file: string): NpyType {
  if (Object.hasOwn(ELEMENTS, name)) return name as NpyType;
  const wanted = Object.keys(ELEMENTS).join(", ");
  throw new Error(
    `${file}: expected element type ${wanted}, got ${name.startsWith(">") ? `big-endian ${name}` : name}; convert it, as in array.astype('<f4')`,
  );
}

/** The bytes of a column-major array's elements, `size` each, in row-major order. */
function rowMajor(raw: Uint8Array, shape: readonly number[], size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(raw.length);
  const index = new Array<number>(shape.length).fill(0);
  for (let from = 0; from < raw.length; from += size) {
    const to = size * shape.reduce((at, length, axis) => at * length + (index[axis] ?? 0), 0);
    for (let byte = 0; byte < size; byte++) out[to + byte] = raw[from + byte] ?? 0;
    // In column-major order the first axis runs fastest.
    for (let axis = 0; axis < shape.length; axis++) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next < (shape[axis] ?? 0) ? next : 0;
      if (index[axis] !== 0) break;
    }
  }
  return out;
}
