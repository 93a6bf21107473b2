/** @file Arrays of .npz archives: zip archives with a .npy file for each array. */
import { statSync, writeFileSync } from "node:fs";
import { npyHeader } from "fluxion";
import type { NpyHeader } from "fluxion";
import { identity, madeOnce } from "./unpacked.ts";
import type { ZipMember } from "./zip.ts";
import { checkMember, memberStart, zipMembers } from "./zip.ts";

/** An array of an archive. */
export interface NpzArray {
  /** Of the archive. */
  readonly path: string;
  /** What `numpy.savez` was told to call it. */
  readonly name: string;
  /** Archive and name, for messages. */
  readonly title: string;
  readonly member: ZipMember;
}

/**
 * The arrays of an archive.
 *
 * @throws Error as `zipMembers`
 */
export function npzArrays(path: string): readonly NpzArray[] {
  return zipMembers(path)
    .filter((member) => member.name.endsWith(".npy"))
    .map((member) => {
      const name = member.name.slice(0, -".npy".length);
      return { path, name, title: `${path}: ${name}`, member };
    });
}

/** More than any header that NumPy writes for an array of numbers. */
const headerBytes = 4096;

/**
 * What the header of an array says, of which no more than its start is read.
 *
 * @throws Error as `npyHeader`, and if the start does not unpack
 */
export function npzHeader({ path, title, member }: NpzArray): NpyHeader {
  return npyHeader(memberStart(path, member, headerBytes), member.size, title);
}

/** An array in a file that is read by position. */
export interface PlacedArray extends NpyHeader {
  /** The archive, or a file of the cache. */
  readonly path: string;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * An array where it can be read by position, `start` counted from the beginning of the file: what is stored is checked once and
 * read in place; what is packed is unpacked to the cache once.
 *
 * @throws Error if the array is damaged
 */
export async function placeNpz(array: NpzArray, cache?: string): Promise<PlacedArray> {
  const { path, member } = array;
  const header = npzHeader(array);
  const names = [identity(path), member.name, String(member.crc)];
  if (!member.stored) {
    const file = await madeOnce(["npz", ...names], (to) => checkMember(path, member, to), cache);
    return { ...header, path: file, size: statSync(file).size };
  }
  // Reading all of it once tells of damage before training does.
  await madeOnce(["checked", ...names], async (to) => {
    await checkMember(path, member);
    writeFileSync(to, "");
  }, cache);
  return { ...header, path, size: statSync(path).size, start: member.start + header.start };
}
