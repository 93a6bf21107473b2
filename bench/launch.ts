/** @file Starts measurements in fresh processes, and stops those that take too long. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchCase } from "./case.ts";
import type { Result, Settings } from "./measure.ts";
import { noResult } from "./measure.ts";

/** Measures a case somewhere. */
export type Launch = (benchCase: BenchCase, settings: Settings) => Promise<Result>;

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));

/** How many times the limit a process may take, with what it prepares, before it is stopped. */
const patience = 3;

/**
 * Launches in fresh processes.
 *
 * @param execArgv - how this Node runs TypeScript, as `process.execArgv`
 */
export function processes(execArgv: readonly string[]): Launch {
  return async (benchCase, settings) => {
    const file = join(settings.shared, "result.json");
    rmSync(file, { force: true });
    const most = patience * settings.limit + 30;
    const { stopped, complaint } = await finished([...execArgv, worker, benchCase.name, JSON.stringify(settings), file], most);
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Result;
    if (stopped) return noResult(benchCase, settings, { leftOut: `stopped after ${String(most)} s, ${String(patience)} times the limit and what preparing may take` });
    return noResult(benchCase, settings, { error: `the process ended without a result: ${complaint.trim().split("\n").at(-1) ?? ""}` });
  };
}

function finished(args: readonly string[], seconds: number): Promise<{ readonly stopped: boolean; readonly complaint: string }> {
  // Of its own group, so that rivals are stopped with it.
  const child = spawn(process.execPath, [...args], { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let complaint = "";
  let stopped = false;
  child.stderr.on("data", (data: Buffer) => (complaint = (complaint + data.toString()).slice(-4000)));
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It ended just now.
    }
  };
  const interrupted = (): void => {
    kill();
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  const timer = setTimeout(() => {
    stopped = true;
    kill();
  }, 1000 * seconds);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      process.off("SIGINT", interrupted);
      kill();
      resolve({ stopped, complaint });
    });
  });
}
