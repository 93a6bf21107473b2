/** @file ONNX Runtime's profiling trace: a JSON list of Chrome trace events, times in microseconds. */

/** An event of a trace. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  /** When it began. */
  readonly ts: number;
  /** How long it took. */
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** A kernel's run. */
export interface KernelRun {
  readonly name: string;
  readonly op: string;
  /** Its time without that of the kernels inside it: a `Scan` contains its body. */
  readonly selfUs: number;
}

/** What a trace says of the runs after the warm-up. */
export interface Trace {
  /** How long each run took. */
  readonly runsUs: readonly number[];
  readonly kernels: readonly KernelRun[];
}

const suffix = "_kernel_time";

/**
 * Reads a trace.
 *
 * @param warmUps - runs to leave out, from the first
 */
export function readTrace(json: string, warmUps: number): Trace {
  const events = JSON.parse(json) as readonly TraceEvent[];
  const runs = events.filter(({ name }) => name === "model_run").sort((a, b) => a.ts - b.ts).slice(warmUps);
  const begin = runs[0]?.ts ?? Infinity;
  const kernels = events.filter(({ cat, name, ts }) => cat === "Node" && name.endsWith(suffix) && ts >= begin);
  return { runsUs: runs.map(({ dur }) => dur), kernels: selfTimes(kernels) };
}

/** Kernels contain those that begin while they run. The trace lists them by their ends. */
function selfTimes(events: readonly TraceEvent[]): KernelRun[] {
  const ordered = [...events].sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const open: { readonly end: number; readonly at: number }[] = [];
  const selfUs: number[] = [];
  ordered.forEach(({ ts, dur }, at) => {
    while (ts >= (open.at(-1)?.end ?? Infinity)) open.pop();
    const outer = open.at(-1);
    if (outer) selfUs[outer.at] = (selfUs[outer.at] ?? 0) - dur;
    selfUs.push(dur);
    open.push({ end: ts + dur, at });
  });
  return ordered.map(({ name, args }, at) => ({
    name: name.slice(0, -suffix.length),
    op: args?.op_name ?? "?",
    // Times are rounded to microseconds, so that parts may add up to more than the whole.
    selfUs: Math.max(0, selfUs[at] ?? 0),
  }));
}
