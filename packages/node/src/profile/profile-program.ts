import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addUp, addUpByScope, lower } from "@fluxion/graph";
import type { CompileOptions, HostTensor, Program } from "@fluxion/graph";
import { executable } from "@fluxion/ort";
import { channelBlock } from "../channel-block.ts";
import { openSession } from "../open-session.ts";
import { threadsFor } from "../runtime.ts";
import { readTrace } from "./trace.ts";
import type { KernelRun, Trace } from "./trace.ts";

/** Options of `profileProgram`. */
export interface ProfileOptions extends CompileOptions {
  /** Runs to measure, from 1. Default 3. */
  readonly repeats?: number | undefined;
  /** Runs before them that do not count, from 0. Default 1. */
  readonly warmUps?: number | undefined;
}

/** What one kernel took, over all measured runs. */
export interface ProfiledNode {
  /** As lowered: `unet/down.1/attention/MatMul_3`. What ONNX Runtime adds itself has names of its own. */
  readonly name: string;
  readonly scope: string;
  /** The ONNX op type. */
  readonly op: string;
  readonly calls: number;
  /** Without the kernels inside it. */
  readonly totalUs: number;
  /** For one call. */
  readonly meanUs: number;
  /** Of the time of all runs, in [0, 1]. */
  readonly share: number;
}

/** What the kernels of one scope, or of one op type, took. */
export interface ProfileGroup {
  readonly name: string;
  readonly nodes: number;
  readonly totalUs: number;
  readonly share: number;
}

/** Where the time of a program goes. */
export interface Profile {
  readonly name: string;
  readonly threads: number;
  /** Measured runs. */
  readonly runs: number;
  /** All measured runs together. */
  readonly totalUs: number;
  /** What no kernel took: dispatch, and the profiling itself. */
  readonly overheadUs: number;
  /** Slowest first. */
  readonly nodes: readonly ProfiledNode[];
  /** By scope, inner scopes counted in outer ones too, slowest first. */
  readonly byScope: readonly ProfileGroup[];
  /** By ONNX op type, slowest first. */
  readonly byOp: readonly ProfileGroup[];
}

// A trace is one string, and ONNX Runtime records a million events at most.
const mostBytes = 400e6;

/**
 * Runs a program with ONNX Runtime's profiling and tells where the time went. Recording slows small kernels down: use
 * it for shares, and time an executable for speed.
 *
 * @throws RangeError if `repeats` or `warmUps` are out of range; Error if the trace grows too large; what runs throw of feeds
 */
export async function profileProgram(
  program: Program,
  feeds: Readonly<Record<string, HostTensor>>,
  { repeats = 3, warmUps = 1, threads, sizes }: ProfileOptions = {},
): Promise<Profile> {
  check("repeats", repeats, 1);
  check("warmUps", warmUps, 0);
  const chosen = threads ?? threadsFor(program, sizes);
  const directory = mkdtempSync(join(tmpdir(), "fluxion-profile-"));
  try {
    await record(program, feeds, { directory, threads: chosen, runs: warmUps + repeats });
    const trace = readTrace(readRecorded(directory), warmUps);
    if (trace.runsUs.length !== repeats) throw tooLarge(`${String(trace.runsUs.length)} of ${String(repeats)} runs`);
    return summarize(program.name, chosen, trace);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function check(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`profileProgram: expected ${name} to be a whole number from ${String(least)}, got ${String(value)}`);
}

interface Recording {
  readonly directory: string;
  readonly threads: number;
  readonly runs: number;
}

async function record(program: Program, feeds: Readonly<Record<string, HostTensor>>, { directory, threads, runs }: Recording): Promise<void> {
  const session = await openSession(lower(program, { channelBlock: await channelBlock() }), threads, {
    enableProfiling: true,
    profileFilePrefix: join(directory, "trace"),
  });
  const compiled = executable(program, session, { threads });
  try {
    for (let i = 0; i < runs; i++) await compiled.run(feeds);
  } finally {
    // Writes the rest of the trace.
    session.endProfiling();
    await compiled.dispose();
  }
}

function readRecorded(directory: string): string {
  const [name] = readdirSync(directory);
  if (name === undefined) throw new Error("internal: ONNX Runtime wrote no trace");
  const file = join(directory, name);
  const { size } = statSync(file);
  if (size > mostBytes) throw tooLarge(`${String(Math.round(size / 1e6))} MB`);
  return readFileSync(file, "utf8");
}

const tooLarge = (got: string): Error =>
  new Error(`profileProgram: expected a trace of all runs within ${String(mostBytes / 1e6)} MB and a million events, got ${got}; use fewer repeats or shorter loops`);

type Measured = Omit<ProfiledNode, "share" | "meanUs">;

function summarize(name: string, threads: number, { runsUs, kernels }: Trace): Profile {
  const totalUs = runsUs.reduce((a, b) => a + b, 0);
  const measured = addUp(kernels, ({ name: node, op }) => [`${node} ${op}`], undefined, addCall);
  const nodes = [...measured.values()].flatMap((node) => (node ? [{ ...node, meanUs: node.totalUs / node.calls, share: node.totalUs / totalUs }] : []));
  const groups = (totals: ReadonlyMap<string, Total>): ProfileGroup[] =>
    [...totals].map(([group, total]) => ({ name: group, ...total, share: total.totalUs / totalUs })).sort((a, b) => b.totalUs - a.totalUs);
  return {
    name,
    threads,
    runs: runsUs.length,
    totalUs,
    overheadUs: Math.max(0, totalUs - nodes.reduce((sum, node) => sum + node.totalUs, 0)),
    nodes: nodes.sort((a, b) => b.totalUs - a.totalUs),
    byScope: groups(addUpByScope(nodes, none, plus)),
    byOp: groups(addUp(nodes, ({ op }) => [op], none, plus)),
  };
}

function addCall(before: Measured | undefined, { name, op, selfUs }: KernelRun): Measured {
  const { calls, totalUs } = before ?? { calls: 0, totalUs: 0 };
  return { name, scope: scopeOf(name), op, calls: calls + 1, totalUs: totalUs + selfUs };
}

/** What ONNX Runtime makes of an op and the activation behind it is called `fused` and the name of the op. */
function scopeOf(name: string): string {
  const original = name.replace(/^fused /, "");
  return original.slice(0, Math.max(0, original.lastIndexOf("/")));
}

type Total = Omit<ProfileGroup, "name" | "share">;
const none: Total = { nodes: 0, totalUs: 0 };
const plus = (total: Total, { totalUs }: Measured): Total => ({ nodes: total.nodes + 1, totalUs: total.totalUs + totalUs });
