import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { notWritten } from "../runs/atomic.ts";
import type { DownloadProgress } from "./download.ts";
import { download } from "./download.ts";
import type { PublicSet } from "./public-sets.ts";
import { untar } from "./untar.ts";

/** Where a public set is kept: `$XDG_CACHE_HOME/fluxion/data/NAME`. */
export const publicSetDirectory = (name: string): string => join(cacheDirectory("data"), name);

/** Options of `fetchSet`. */
export interface FetchSetOptions {
  /** Called as bytes arrive, with the address of the file. */
  readonly onProgress?: ((url: string, ...progress: Parameters<DownloadProgress>) => void) | undefined;
}

/** What `fetchSet` did. */
export interface FetchedSet {
  /** Whether it was there already. */
  readonly cached: boolean;
  /** Addresses of files that no checksum is known of. */
  readonly unverified: readonly string[];
}

/**
 * Fetches the files of a public set into a directory, which appears when all are there and verified; what is there already is
 * left alone, and what an earlier call fetched is used. Until then they stand beside it, in `DIRECTORY.partial`.
 *
 * @throws Error saying what to do by hand where a set may not be fetched; as `download` and `untar`
 */
export async function fetchSet(set: PublicSet, directory: string, { onProgress }: FetchSetOptions = {}): Promise<FetchedSet> {
  if (existsSync(directory)) return { cached: true, unverified: [] };
  if ("byHand" in set) throw new Error(`${set.title}: ${set.home}: ${set.byHand}; ${directory} is a directory where it is found by its name`);
  const partial = `${directory}.partial`;
  makeDirectory(partial);
  for (const { url, md5, members } of set.files) {
    const path = join(partial, basename(new URL(url).pathname));
    await download({ url, md5 }, path, onProgress && ((done, total) => { onProgress(url, done, total); }));
    if (!members) continue;
    untar(path, members, partial);
    rmSync(path);
  }
  renameSync(partial, directory);
  return { cached: false, unverified: set.files.filter(({ md5 }) => md5 === undefined).map(({ url }) => url) };
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw notWritten(path, cause, "nothing is fetched");
  }
}
