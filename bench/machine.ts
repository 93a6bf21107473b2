/** @file What figures depend on beside the code. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** The machine, the versions and the state of the repository. */
export interface Machine {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly fluxion: string;
  /** The commit, with `+` where files other than results differ from it; "unknown" outside a repository. */
  readonly commit: string;
  /** The load of the last minute when the run began: above 0, others were at work. */
  readonly load: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
// Where the runtime finds its libraries, so does the benchmark.
const fromNode = createRequire(new URL("../packages/node/package.json", import.meta.url));

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    onnxruntime: versionIn(fromNode.resolve("onnxruntime-node/package.json")),
    fluxion: versionIn(new URL("../packages/core/package.json", import.meta.url)),
    commit: commit(),
    load: loadavg()[0] ?? NaN,
  };
}

function versionIn(file: string | URL): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}

function commit(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain", "--", ".", ":!bench/results") === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}
