import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts TypeScript from source in a process of its own. */
export function start(file: string, args: readonly string[], cwd = root): { readonly child: ChildProcess; readonly done: Promise<Finished> } {
  const tsx = join(root, "node_modules", "tsx", "dist", "loader.mjs");
  const child = spawn(process.execPath, ["--conditions=fluxion-source", "--import", tsx, file, ...args], { cwd });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const done = new Promise<Finished>((resolve) => {
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { child, done };
}

/** Starts the `fluxion` command. */
export const startFluxion = (...args: readonly string[]): ReturnType<typeof start> =>
  start(join(root, "packages", "cli", "src", "main.ts"), args);

/** Runs the `fluxion` command to its end. */
export const fluxion = (...args: readonly string[]): Promise<Finished> => startFluxion(...args).done;

/** A directory that goes with the tests. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "fluxion-test-"));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
