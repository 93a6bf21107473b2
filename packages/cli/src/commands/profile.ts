import { explain, formatExplanation, formatSi, onHost } from "@fluxion/graph";
import type { Explanation, HostTensor, Program, Runtime } from "@fluxion/graph";
import { parameterCount } from "fluxion";
import type { Trainer } from "fluxion";
import { formatProfile, nodeRuntime, openRun, profileProgram } from "@fluxion/node";
import type { Profile, Run } from "@fluxion/node";
import type { ComputeFlags } from "../compute.ts";
import { formatCount } from "../format.ts";
import { parseOptions } from "../options.ts";
import { loadTask, partsOf } from "../task.ts";
import { batchOf, makeTrainer, manySteps, measureStepMs, stepsPerCall } from "../trainer.ts";

/** Flags of `fluxion profile`. */
export interface ProfileFlags extends ComputeFlags {
  readonly repeats: number;
  readonly top: number;
  readonly nodes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Prints where the time of a run's training step goes, and what work and memory it takes. */
export async function profile(directory: string, { repeats, top, device, threads, nodes = false, json = false }: ProfileFlags): Promise<void> {
  if (device !== undefined && device !== "cpu") throw new Error(`--device: expected cpu, whose kernels are what a profile lists, got ${device}; leave it out`);
  const run = openRun(directory);
  const recorder = record(await nodeRuntime({ threads }));
  const trainer = await trainerOf(run, recorder.runtime, threads);
  const stepMs = await measureStepMs(trainer, 2000);
  // Loops make long traces.
  const steps = Math.min(20, stepsPerCall(stepMs));
  await trainer.advance(steps, manySteps);
  const { program, feeds } = recorder.last();
  await trainer.dispose();
  const measured = await profileProgram(program, feeds, { repeats, threads: trainer.threads });
  const explanation = explain(program, { sizes: { steps: 1 } });
  const summary = summarize(run, trainer, explanation, stepMs);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...summary, stepsPerRun: steps, explanation: nodes ? explanation : { ...explanation, nodes: undefined }, profile: measured })}\n`
      : text(summary, { steps, measured, explanation: nodes ? formatExplanation(explanation, { top: 0 }) : "", top }),
  );
}

interface Recorder {
  readonly runtime: Runtime;
  /** The program compiled last, and what it was fed last. */
  last(): { readonly program: Program; readonly feeds: Readonly<Record<string, HostTensor>> };
}

/** A runtime that remembers, so that what is profiled is what training runs. */
function record(runtime: Runtime): Recorder {
  let program: Program | undefined;
  let feeds: Readonly<Record<string, HostTensor>> = {};
  return {
    runtime: {
      ...runtime,
      compile: async (compiled, options) => {
        program = compiled;
        const executable = await runtime.compile(compiled, options);
        return {
          ...executable,
          run: (given) => {
            feeds = onHost(compiled.name, given);
            return executable.run(given);
          },
        };
      },
    },
    last: () => {
      if (!program) throw new Error("internal: nothing was compiled");
      return { program, feeds };
    },
  };
}

/** The trainer of a run, where it stopped. */
async function trainerOf(run: Run, runtime: Runtime, threads = run.record.threads): Promise<Trainer> {
  const options = parseOptions(run.record.options, run.file("options.json"));
  const { model, path, objective } = partsOf(run.record);
  return makeTrainer({ runtime, options: { ...options, threads }, task: await loadTask(options), model, path, objective, state: run.loadState(model) });
}

interface Summary {
  readonly run: string;
  readonly model: string;
  readonly parameters: number;
  readonly batch: number;
  readonly threads: number;
  /** Not profiled, in calls of several steps. */
  readonly stepMs: number;
  /** Of one step. */
  readonly flops: number;
  readonly bytes: number;
  readonly peakBytes: number;
  readonly gflopsPerSecond: number;
}

function summarize(run: Run, { threads }: Trainer, { totals }: Explanation, stepMs: number): Summary {
  const { model } = partsOf(run.record);
  const options = parseOptions(run.record.options, run.file("options.json"));
  return {
    run: run.directory,
    model: model.kind,
    parameters: parameterCount(model),
    batch: batchOf(options, model),
    threads,
    stepMs,
    flops: totals.flops,
    bytes: totals.bytes,
    peakBytes: totals.peakBytes,
    gflopsPerSecond: totals.flops / stepMs / 1e6,
  };
}

interface Parts {
  readonly steps: number;
  readonly measured: Profile;
  /** The table of nodes, if it is asked for. */
  readonly explanation: string;
  readonly top: number;
}

function text(summary: Summary, { steps, measured, explanation, top }: Parts): string {
  const { run, model, parameters, batch, threads, stepMs, flops, bytes, peakBytes, gflopsPerSecond } = summary;
  const lines: [string, string][] = [
    ["step", `${stepMs.toFixed(2)} ms on ${String(threads)} thread${threads === 1 ? "" : "s"}, without profiling`],
    ["work", `${formatSi(flops, "FLOP")}, ${gflopsPerSecond.toFixed(1)} GFLOP/s achieved`],
    ["moved", `${formatSi(bytes, "B")}, if every op goes through memory`],
    ["memory", `${formatSi(peakBytes, "B")} at the peak, estimated`],
  ];
  const slowdown = measured.totalUs / measured.runs / 1000 / (steps * stepMs);
  return [
    `${run}: training steps of ${model} with ${formatCount(parameters)} parameters, batch ${String(batch)}`,
    lines.map(([name, value]) => `  ${name.padEnd(6)}  ${value}`).join("\n"),
    ...(explanation === "" ? [] : ["", explanation]),
    "",
    `each run is a call of ${String(steps)} step${steps === 1 ? "" : "s"}, ${slowdown.toFixed(1)} times slower for being recorded`,
    formatProfile(measured, { top }),
    "",
  ].join("\n");
}
