/** @file Zip archives, of which .npz files are made, read by position: a member may be larger than memory. */
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createInflateRaw, inflateRawSync } from "node:zlib";
import type { ZlibOptions } from "node:zlib";
import { crc32Update } from "@fluxion/graph";
import { isFileError } from "../runs/atomic.ts";
import { readFilePart } from "./record-files.ts";

/** A file in an archive. */
export interface ZipMember {
  readonly name: string;
  /** Whether its bytes stand in the archive as they are. */
  readonly stored: boolean;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes unpacked. */
  readonly size: number;
  /** Where its bytes begin. */
  readonly start: number;
}

const [END, END64, CENTRAL, LOCAL] = [0x06054b50, 0x06064b50, 0x02014b50, 0x04034b50];
const [STORED, DEFLATED] = [0, 8];
const MOST = 0xffffffff;

/**
 * The members of a zip archive, by its central directory.
 * @throws Error naming `path` if it is no whole archive, or a member is packed in another way than deflate
 */
export function zipMembers(path: string): readonly ZipMember[] {
  const { size } = statSync(path);
  const fail = (got: string): never => {
    throw new Error(`${path}: expected a whole zip archive, as numpy.savez writes it, got ${got}; fetch it again`);
  };
  const part = (start: number, length: number): DataView => {
    if (start < 0 || start + length > size) return fail(`one that is cut off at byte ${size}`);
    const bytes = new Uint8Array(length);
    readFilePart(path, start, bytes);
    return new DataView(bytes.buffer);
  };
  const directory = findDirectory(part, size) ?? fail("a file without the end of one");
  const central = part(directory.start, directory.length);
  const members: ZipMember[] = [];
  for (let at = 0; at < central.byteLength; ) {
    if (at + 46 > central.byteLength || central.getUint32(at, true) !== CENTRAL) return fail("a damaged directory");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => central.getUint16(at + offset, true)) as [number, number, number];
    if (at + 46 + nameLength + extraLength > central.byteLength) return fail("a damaged directory");
    const name = text(central, at + 46, nameLength);
    const method = central.getUint16(at + 10, true);
    if (method !== STORED && method !== DEFLATED) return fail(`"${name}" packed by method ${method}`);
    const [length, packed, local] = wide(central, at, at + 46 + nameLength, extraLength);
    const head = part(local, 30);
    if (head.getUint32(0, true) !== LOCAL) return fail(`no member where "${name}" should begin`);
    const start = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    if (start + packed > size || (method === STORED && packed !== length)) return fail(`"${name}" cut off`);
    members.push({ name, stored: method === STORED, crc: central.getUint32(at + 16, true), packed, size: length, start });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return members;
}

type Part = (start: number, length: number) => DataView;

/** The place of the central directory, from the record that ends the archive. */
function findDirectory(part: Part, size: number): { readonly start: number; readonly length: number } | undefined {
  // A comment of up to 65,535 bytes may follow the record.
  const length = Math.min(size, 22 + 0xffff);
  if (length < 22) return undefined;
  const tail = part(size - length, length);
  for (let at = length - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const [bytes, start] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    if (start !== MOST && bytes !== MOST) return { start, length: bytes };
    if (at < 20) return undefined;
    const large = part(Number(tail.getBigUint64(at - 12, true)), 56);
    if (large.getUint32(0, true) !== END64) return undefined;
    return { length: Number(large.getBigUint64(40, true)), start: Number(large.getBigUint64(48, true)) };
  }
  return undefined;
}

/**
 * Unpacked size, packed size and offset of a directory entry; those that 32 bits do not hold stand, in this order, in its extra
 * field.
 */
function wide(view: DataView, at: number, extra: number, extraLength: number): readonly [number, number, number] {
  let place = extra;
  while (place + 4 <= extra + extraLength && view.getUint16(place, true) !== 1) place += 4 + view.getUint16(place + 2, true);
  place += 4;
  const next = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    if (value !== MOST || place + 8 > extra + extraLength) return value;
    place += 8;
    return Number(view.getBigUint64(place - 8, true));
  };
  const size = next(24);
  const packed = next(20);
  return [size, packed, next(42)];
}

function text(view: DataView, start: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + start, length));
}

/**
 * Passes the bytes of a member on, unpacked, and compares them with its checksum.
 *
 * @param to - the file to write; default none: the member is only checked
 * @throws Error if they do not agree; that of the file system if `to` cannot be written
 */
export async function checkMember(path: string, member: ZipMember, to?: string): Promise<void> {
  const { name, stored, packed, start } = member;
  let [sum, length] = [0, 0];
  const check = new Transform({
    transform: (chunk: Uint8Array, _, done) => {
      sum = crc32Update(sum, chunk);
      length += chunk.length;
      if (to === undefined) done();
      else done(null, chunk);
    },
  });
  const source = createReadStream(path, { start, end: start + packed - 1, highWaterMark: 1 << 20 });
  const steps = [source, ...(stored ? [] : [createInflateRaw()]), check, ...(to === undefined ? [] : [createWriteStream(to)])];
  if (to === undefined) check.resume();
  try {
    if (packed > 0) await pipeline(steps);
  } catch (cause) {
    throw isFileError(cause) ? cause : notUnpacked(path, name, cause);
  }
  checkSum(path, member, sum, length);
}

/**
 * The bytes of a member, unpacked and compared with its checksum; for what is small beside memory.
 *
 * @throws Error as `checkMember`
 */
export function readMember(path: string, member: ZipMember): Uint8Array {
  const { name, stored, packed, size, start } = member;
  const bytes = new Uint8Array(packed);
  readFilePart(path, start, bytes);
  const unpacked = stored ? bytes : inflated(path, name, bytes, { maxOutputLength: Math.max(size, 1) });
  checkSum(path, member, crc32Update(0, unpacked), unpacked.length);
  return unpacked;
}

/**
 * The first bytes of a member, at most `most`, unpacked; no more than as many are read.
 *
 * @throws Error if they do not unpack
 */
export function memberStart(path: string, { name, stored, packed, start }: ZipMember, most: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(most, packed));
  readFilePart(path, start, bytes);
  // What is cut off is no error at the start of a member.
  return stored ? bytes : inflated(path, name, bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, most);
}

function inflated(path: string, name: string, bytes: Uint8Array, options: ZlibOptions): Uint8Array {
  try {
    return inflateRawSync(bytes, options);
  } catch (cause) {
    throw notUnpacked(path, name, cause);
  }
}

function notUnpacked(path: string, name: string, cause: unknown): Error {
  return new Error(`${path}: expected "${name}" to unpack, got ${cause instanceof Error ? cause.message : String(cause)}; fetch the file again`, { cause });
}

function checkSum(path: string, { name, crc, size }: ZipMember, sum: number, length: number): void {
  if (sum === crc && length === size) return;
  throw new Error(`${path}: expected "${name}" to have checksum ${hex(crc)}, got ${hex(sum)}; the file is damaged, fetch it again`);
}

const hex = (crc: number): string => crc.toString(16).padStart(8, "0");
