import type { BenchCase, Target } from "../case.ts";
import { planeData, planeModel } from "../models.ts";
import { measureSolve, solvers } from "../solving.ts";
import { trainedFlow } from "../trained-flow.ts";
import { trainingCase } from "../training.ts";

const elsewhere = "fluxion-chromium";
const peers = ["jax-js-chromium", "tfjs-wasm-chromium", "tfjs-cpu-chromium"] as const;
const rivals = ["pytorch", ...peers] as const;
const count = 64;

const atLeast = (value: number): Target => ({ bound: "atLeast", value });
const otherTargets = Object.fromEntries(peers.map((name) => [name, atLeast(5)]));

/** In a page on WebAssembly and one thread, beside PyTorch eager in a process of the same machine. */
export const cases: readonly BenchCase[] = [
  ...[64, 128, 256, 512].map((width) =>
    trainingCase({
      name: `chromium-train-mlp-${String(width)}`,
      what: `in Chromium, a training step of an MLP on points in the plane, ${String(width)} wide, 4 hidden layers, batch 256`,
      target: atLeast(1),
      otherTargets,
      threads: "one",
      model: planeModel(width),
      data: planeData,
      batch: 256,
      // A page does fewer steps in a call than a process, so that it can draw.
      chunk: Math.max(1, Math.min(50, Math.floor(2e8 / (256 * width * width)))),
      elsewhere,
      rivals,
    }),
  ),
  ...solvers.slice(0, 2).map(
    (solver): BenchCase => ({
      name: `chromium-sample-2d-${String(count)}-${solver.name}`,
      what: `in Chromium, ${String(count)} samples of a flow in the plane (MLP 128 wide), ${solver.what}`,
      unit: "solves/s",
      rivals,
      threads: "one",
      otherTargets,
      measure: async (context) => measureSolve({ flow: await trainedFlow(context), count, solver, elsewhere, rivals }, context),
    }),
  ),
];
