/** @file One solve after the other until all examples of a call are done, with programs that are compiled once. */
import type { Runtime } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import type { DataTransform } from "../data/transform.ts";
import type { FloatArray } from "../random/index.ts";
import type { Field, Integrator } from "../solvers/index.ts";
import { integrator } from "../solvers/index.ts";
import { solverOptionsOf } from "../solvers/options.ts";
import { fieldProgram } from "../solvers/step-program.ts";
import type { DensityOptions, IntegrateOptions } from "./calls.ts";
import { wholeFrom } from "../whole-from.ts";
import { chunksOf, combineChunks, defaultChunk } from "./chunks.ts";
import { checkConditioning } from "./conditioning.ts";
import { probesFor } from "./draws.ts";
import { densityField, velocityField } from "./fields.ts";
import type { FieldParts } from "./fields.ts";

/** What is carried along: examples, or examples with their log-density by either divergence. */
export type Carried = "velocity" | "exact" | "hutchinson";

/** What a solve of a call is. */
export interface ChunkedSolve {
  readonly count: number;
  readonly interval: readonly [number, number];
  readonly options: IntegrateOptions & Partial<DensityOptions>;
  readonly carried: Carried;
  /** The first state of examples `first`… in model space, with log-densities where they do not begin at 0. */
  readonly start: (first: number, length: number) => readonly [FloatArray, FloatArray?];
}

/** Solves along the fields of one flow. */
export interface ChunkedSolver {
  /** @throws RangeError or TypeError for options and conditions that do not fit; as `Integrator.solve` */
  solve(problem: ChunkedSolve): Promise<ReturnType<typeof combineChunks>>;
  dispose(): Promise<void>;
}

/** What the fields of a flow are made of. */
export interface ChunkedSolverOptions {
  readonly runtime: Runtime;
  readonly parts: FieldParts;
  readonly transform: DataTransform;
  readonly threads?: number | undefined;
}

/** Makes the solver of a flow. */
export function chunkedSolver({ runtime, parts, transform, threads }: ChunkedSolverOptions): ChunkedSolver {
  const { model } = parts;
  const event = model.eventShape;
  const size = sizeOf(event);
  const fields = new Map<string, Field>();
  const choices = new Map<string, number | undefined>();
  const integrators = new Map<string, Integrator>();
  const once = <T>(known: Map<string, T>, name: string, make: () => T): T => {
    const found = known.has(name) ? (known.get(name) as T) : make();
    known.set(name, found);
    return found;
  };
  /** Of one field for one number of threads: what is large is worth more of them, whatever was solved before. */
  const using = (carried: Carried, probes: number, guided: boolean, chunk: number): Integrator => {
    const name = `${carried} ${String(probes)} ${String(guided)}`;
    const made = { ...parts, guided };
    const field = once(fields, name, () => (carried === "velocity" ? velocityField(made) : densityField(made, carried === "exact" ? undefined : probes)));
    const sizes = { batch: chunk };
    const chosen = threads ?? once(choices, `${name} ${String(chunk)}`, () => runtime.threadsFor?.(fieldProgram(field), { sizes }));
    return once(integrators, `${name} ${String(chosen)}`, () => integrator(runtime, field, { threads: chosen, sizes }));
  };
  return {
    solve: async ({ count, interval, options, carried, start }) => {
      const { key } = options;
      const probes = carried === "hutchinson" ? wholeFrom("flow: probes", options.probes ?? 1, 1) : 1;
      if (carried === "hutchinson" && !key) {
        throw new TypeError("logProb: key: expected a key that names the probes of Hutchinson's estimate, got none; pass { key }");
      }
      const directions = carried === "exact" ? size : carried === "hutchinson" ? probes : 0;
      const chunk = wholeFrom("flow: chunk", options.chunk ?? defaultChunk(size, directions), 1);
      const conditions = checkConditioning(model, transform, options, wholeFrom("flow: count", count, 1));
      const solver = using(carried, probes, conditions.guided, Math.min(chunk, count));
      const results = [];
      for (const [first, length] of chunksOf(count, chunk)) {
        const [x, logDensity = new Float32Array(length)] = start(first, length);
        const state = [hostTensor(x, [length, ...event])];
        if (carried !== "velocity") state.push(hostTensor(logDensity, [length]));
        const extras = {
          ...conditions.extras(first, length),
          ...(carried === "hutchinson" && key && { probes: probesFor(key, first, length, probes, event) }),
        };
        results.push(await solver.solve(state, interval, solverOptionsOf(options), extras));
        options.onProgress?.({ done: first + length, total: count });
      }
      return combineChunks(results, size);
    },
    dispose: async () => {
      const all = [...integrators.values()];
      integrators.clear();
      await Promise.all(all.map((solver) => solver.dispose()));
    },
  };
}
