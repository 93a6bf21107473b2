/** @file A rival: a process that answers JSON lines (see torch/rival.py and peers/process.mjs). */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a run of the rival tells. */
export interface RivalRun {
  readonly seconds: number;
  /** Of each training step. */
  readonly losses?: readonly number[];
  /** Evaluations of the network in one solve. */
  readonly nfe?: number;
}

/** A rival that runs. */
export interface Rival {
  /** Versions and settings. */
  readonly about: Readonly<Record<string, unknown>>;
  setup(request: Readonly<Record<string, unknown>>): Promise<void>;
  run(count: number): Promise<RivalRun>;
  /** The averaged weights after training, or what a solve gave. */
  result(): Promise<Float32Array>;
  /** Anything else, such as its memory. */
  ask(request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  close(): void;
}

/** How a rival is started. */
export interface RivalProcess {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What an error says was expected, such as `FLUXION_BENCH_PYTHON: expected a Python with torch and numpy`. */
  readonly expected: string;
}

/**
 * Starts a rival.
 *
 * @param folder - where arrays are exchanged
 * @throws Error if it does not start, with its own message
 */
export async function startRival(how: RivalProcess, folder: string): Promise<Rival> {
  const { ask, close } = talk(how);
  const about = await ask({ do: "hello" }).catch((error: unknown) => {
    close();
    const { message } = error as Error;
    throw message.startsWith(how.expected) ? error : new Error(`${how.expected}: ${message}`);
  });
  return {
    about,
    ask,
    close,
    setup: async (request) => {
      await ask({ do: "setup", ...request });
    },
    run: async (count) => (await ask({ do: "run", count })) as unknown as RivalRun,
    result: async () => {
      const path = join(folder, "rival-result.bin");
      await ask({ do: "result", path });
      const bytes = readFileSync(path);
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    },
  };
}

interface Pending {
  resolve(reply: Record<string, unknown>): void;
  reject(error: Error): void;
}

interface Talk {
  readonly ask: (request: object) => Promise<Record<string, unknown>>;
  readonly close: () => void;
}

/** The process, one request at a time. */
function talk({ command, args, env, expected }: RivalProcess): Talk {
  const child = spawn(command, [...args], { env: { ...process.env, ...env } });
  let pending: Pending | undefined;
  let complaint = "";
  let gone: Error | undefined;
  const fail = (reason: string): void => {
    gone ??= new Error(`${expected}, got "${command}": ${reason}; name another or leave it out`);
    pending?.reject(gone);
    pending = undefined;
  };
  child.on("error", ({ message }) => fail(message));
  child.on("close", (code) => fail(lastLine(complaint) ?? `it ended with ${String(code)}`));
  // A process that is gone says so by "close".
  child.stdin.on("error", () => undefined);
  child.stderr.on("data", (data: Buffer) => (complaint = (complaint + data.toString()).slice(-4000)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const waiting = pending;
    pending = undefined;
    try {
      const reply = JSON.parse(line) as Record<string, unknown>;
      if (typeof reply["error"] === "string") waiting?.reject(new Error(`rival: ${reply["error"]}`));
      else waiting?.resolve(reply);
    } catch {
      waiting?.reject(new Error(`rival: expected a line of JSON, got "${line}"`));
    }
  });
  const ask = (request: object): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      if (gone) {
        reject(gone);
        return;
      }
      pending = { resolve, reject };
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  return { ask, close: () => child.stdin.end() };
}

const lastLine = (text: string): string | undefined => text.trim().split("\n").findLast((line) => line !== "");

/** Writes an array where a rival reads it, and returns the path. */
export function writeArray(folder: string, name: string, values: Float32Array): string {
  const path = join(folder, `${name}.bin`);
  writeFileSync(path, values);
  return path;
}
