/**
 * @file The safetensors format: 8 bytes of little-endian header length, a JSON header, raw little-endian data. Fluxion
 * adds the checksum of the data to the metadata, and checks it where it stands.
 */
import type { HostTensor } from "@fluxion/graph";
import { crc32 } from "@fluxion/graph";

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const checksumKey = "fluxion.crc32";
const widths = { F32: 4, F64: 8 } as const;

/**
 * Writes float tensors.
 *
 * @param metadata - text by name; `fluxion.crc32` is added
 * @throws TypeError for tensors that are not float
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { data, shape }]) => {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw new TypeError(`encodeSafetensors: "${name}": expected float values, got ${data.constructor.name}`);
    }
    const begin = end;
    end += data.byteLength;
    const dtype = data instanceof Float32Array ? "F32" : "F64";
    return { name, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dtype, shape, begin };
  });
  const body = new Uint8Array(end);
  for (const { bytes, begin } of entries) body.set(bytes, begin);
  const header = {
    __metadata__: { ...metadata, [checksumKey]: crc32(body) },
    ...Object.fromEntries(
      entries.map(({ name, dtype, shape, begin, bytes }) => [
        name,
        { dtype, shape, data_offsets: [begin, begin + bytes.length] },
      ]),
    ),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces align the data to 8 bytes.
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  file.set(body, 8 + length);
  return file;
}

/**
 * Reads a file without trusting its header: every offset is checked against the bytes there.
 *
 * @param file - its name, for messages
 * @throws Error naming the file and what is wrong with it
 */
export function decodeSafetensors(bytes: Uint8Array, file = "safetensors"): Safetensors {
  const fail = (what: string): never => {
    throw new Error(`${file}: expected a complete safetensors file, got ${what}; restore it from a copy or train again`);
  };
  if (bytes.length < 8) fail(`${String(bytes.length)} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > bytes.length - 8) fail(`a header of ${String(headerLength)} bytes in a file of ${String(bytes.length)}`);
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), fail);
  // A copy that owns its buffer: slices of a Node Buffer would share one.
  const body = new Uint8Array(bytes.subarray(8 + headerLength));
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isTextRecord(metadata)) return fail("metadata that is no record of text");
  let used = 0;
  const tensors: Record<string, HostTensor> = {};
  for (const [name, entry] of Object.entries(entries)) {
    tensors[name] = readTensor(name, entry, body, fail);
    used += tensors[name].data.byteLength;
  }
  if (used !== body.length) fail(`${String(body.length)} bytes of data where the header names ${String(used)}`);
  const checksum = metadata[checksumKey];
  if (checksum !== undefined && checksum !== crc32(body)) fail(`data that do not match the checksum ${checksum}`);
  return { tensors, metadata };
}

type Fail = (what: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isRecord(header)) return header;
  } catch {
    return fail("a header that is no JSON");
  }
  return fail("a header that is no JSON object");
}

function readTensor(name: string, entry: unknown, body: Uint8Array, fail: Fail): HostTensor {
  if (!isRecord(entry)) return fail(`an ill-formed entry "${name}"`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32" && dtype !== "F64") return fail(`"${name}" of type ${String(dtype)}, not F32 or F64`);
  if (!isSizes(shape) || !isSizes(offsets)) return fail(`"${name}" without shape or offsets`);
  const [begin = -1, end = -1] = offsets;
  const size = shape.reduce((a, b) => a * b, 1);
  const inside = offsets.length === 2 && begin >= 0 && begin <= end && end <= body.length;
  if (!inside || end - begin !== size * widths[dtype]) {
    return fail(`"${name}" of shape [${shape.join(", ")}] at bytes ${String(begin)} to ${String(end)} of ${String(body.length)}`);
  }
  const part = body.slice(begin, end).buffer;
  return dtype === "F32"
    ? { dtype: "float32", shape, data: new Float32Array(part) }
    : { dtype: "float64", shape, data: new Float64Array(part) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTextRecord = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((text) => typeof text === "string");
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
