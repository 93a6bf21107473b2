/** @file Fetching a file so that an interrupted copy goes on, and only a whole one takes its name. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { pipeline } from "node:stream/promises";
import { isFileError, notWritten } from "../runs/atomic.ts";
import type { PublicFile } from "./public-sets.ts";

/** Called as bytes arrive; `total` is missing where the server does not say. */
export type DownloadProgress = (done: number, total: number | undefined) => void;

/**
 * Fetches a file to `path`, if it is not there. What arrives is kept in `path.part`, so that a later call goes on where this one
 * stopped.
 *
 * @throws Error if the server cannot be reached or refuses, or the copy does not have the checksum
 */
export async function download({ url, md5 }: Pick<PublicFile, "url" | "md5">, path: string, onProgress?: DownloadProgress): Promise<void> {
  if (existsSync(path)) return;
  const part = `${path}.part`;
  const there = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  const response = await request(url, there);
  // 416: nothing is left to send. Without 206 the server sends all of it again.
  if (response.status !== 416) await receive(url, response, part, response.status === 206 ? there : 0, onProgress);
  if (md5 !== undefined) {
    const got = await md5Of(part);
    if (got !== md5) {
      rmSync(part);
      throw new Error(`${url}: expected a file with MD5 ${md5}, got ${got}; the copy is deleted, fetch it again`);
    }
  }
  renameSync(part, path);
}

async function request(url: string, there: number): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, there > 0 ? { headers: { range: `bytes=${there}-` } } : {});
  } catch (error) {
    throw unreachable(url, error);
  }
  if (response.ok || (response.status === 416 && there > 0)) return response;
  throw new Error(`${url}: expected the file, got status ${response.status} ${response.statusText}; it may have moved: look at the publisher's page`);
}

async function receive(url: string, response: Response, part: string, from: number, onProgress?: DownloadProgress): Promise<void> {
  if (!response.body) throw new Error(`${url}: expected the file, got an empty answer; try again`);
  const length = response.headers.get("content-length");
  const total = length === null ? undefined : from + Number(length);
  let done = from;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      done += chunk.length;
      onProgress?.(done, total);
      yield chunk;
    }
  };
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), counted, createWriteStream(part, { flags: from > 0 ? "a" : "w" }));
  } catch (error) {
    throw isFileError(error) ? notWritten(part, error, "what arrived is kept, and the same command goes on from there") : unreachable(url, error);
  }
}

function unreachable(url: string, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${url}: expected an answer, got none (${reason}); check the connection and run the command again: it goes on where it stopped`, { cause: error });
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
