/** @file Who does the same work beside us, and where they are found. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Rival, RivalProcess } from "./rival.ts";
import { startRival } from "./rival.ts";

/** Where rivals are: undefined where none was named or found. */
export interface Places {
  /** The system's Chromium. */
  readonly chromium: string | undefined;
  /** A Python with torch and numpy. */
  readonly python: string | undefined;
  /** A directory whose node_modules has the peers of npm. */
  readonly peers: string | undefined;
}

const inBench = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Kind {
  /** How a table calls it. */
  readonly title: string;
  /** All of these must be there; the first is what it is started with. */
  readonly places: readonly [keyof Places, ...(keyof Places)[]];
  /** Training steps over which results are compared; undefined: as many as ours does in its first calls. */
  readonly comparedSteps?: number;
  /** Whether it computes on one thread, however many it is given. */
  readonly oneThread?: boolean;
  /** What `setup` is told beside the work. */
  readonly setup?: Readonly<Record<string, unknown>>;
  start(at: string, threads: number): RivalProcess;
}

const pytorch = (at: string, threads: number): RivalProcess => ({
  command: at,
  args: [inBench("torch/rival.py")],
  // No compiled files beside the sources: the results say whether the repository is as committed.
  env: { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: "1" },
  expected: "FLUXION_BENCH_PYTHON: expected a Python with torch and numpy",
});

const peer = (library: string, backend: string): Kind => ({
  title: `${library} (${backend})`,
  places: ["peers"],
  comparedSteps: 3,
  oneThread: true,
  start: (at) => ({
    command: process.execPath,
    args: [inBench("peers/process.mjs"), join(at, "package.json"), library, backend],
    env: {},
    expected: `FLUXION_BENCH_PEERS: expected a directory with ${library} in its node_modules`,
  }),
});

/** A library in a page of Chromium. */
const inChromium = (library: string, backend: string): Kind => ({
  title: `${library === "fluxion" ? "Fluxion" : library} (${backend}, Chromium)`,
  places: library === "fluxion" ? ["chromium"] : ["peers", "chromium"],
  ...(library !== "fluxion" && { comparedSteps: 3 }),
  oneThread: true,
  start: (at) => ({
    command: process.execPath,
    args: [inBench("browser/process.mjs"), library === "fluxion" ? inBench("../packages/web/package.json") : join(at, "package.json"), library, backend],
    env: {},
    expected: `chromium: expected a page with ${library}`,
  }),
});

/** All rivals; `pytorch` is the one that targets are about. */
export const kinds = {
  pytorch: { title: "PyTorch", places: ["python"], start: pytorch },
  "pytorch-compile": { title: "torch.compile", places: ["python"], setup: { compiled: true }, start: pytorch },
  "jax-js": peer("jax-js", "wasm"),
  "tfjs-wasm": peer("tfjs", "wasm"),
  "tfjs-cpu": peer("tfjs", "cpu"),
  "fluxion-chromium": inChromium("fluxion", "wasm"),
  "jax-js-chromium": inChromium("jax-js", "wasm"),
  "tfjs-wasm-chromium": inChromium("tfjs", "wasm"),
  "tfjs-cpu-chromium": inChromium("tfjs", "cpu"),
} as const satisfies Record<string, Kind>;

/** The name of a rival. */
export type RivalName = keyof typeof kinds;

/** The peers of npm, which compute on one thread. */
export const npmPeers = ["jax-js", "tfjs-wasm", "tfjs-cpu"] as const satisfies readonly RivalName[];

/** Those that take part at a number of threads. */
export const rivalsAt = (names: readonly RivalName[], threads: number): readonly RivalName[] =>
  names.filter((name) => threads === 1 || kindOf(name).oneThread !== true);

/** Whether something that a rival needs was not named or found. */
export const isMissing = (name: RivalName, places: Places): boolean => kindOf(name).places.some((place) => places[place] === undefined);

/** What is known of a rival. */
export const kindOf = (name: RivalName): Kind => kinds[name];

/** The rivals that can be had. */
export interface Rivals {
  readonly places: Places;
  /** Starts one in a process of its own, or gives the one that runs; undefined if it is missing. */
  start(name: RivalName): Promise<Rival | undefined>;
  closeAll(): void;
}

/** Rivals that start when asked for, and compute with `threads` threads. */
export function findRivals(places: Places, threads: number, folder: string): Rivals {
  const started = new Map<RivalName, Rival>();
  return {
    places,
    start: async (name) => {
      const kind = kindOf(name);
      const at = places[kind.places[0]];
      if (at === undefined || isMissing(name, places)) return undefined;
      const rival = started.get(name) ?? (await startRival(kind.start(at, threads), folder));
      started.set(name, rival);
      return rival;
    },
    closeAll: () => started.forEach((rival) => rival.close()),
  };
}
