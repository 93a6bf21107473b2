import type { BenchCase, Target } from "../case.ts";
import { planeData, planeModel } from "../models.ts";
import { npmPeers } from "../rivals.ts";
import { trainingCase } from "../training.ts";

const depth = 4;

/** Ratio that each width should reach at batch 256. */
const targets = new Map([[64, 4], [128, 2], [256, 1.5], [512, 1.1]]);

const atLeast = (value: number): Target => ({ bound: "atLeast", value });

/** Steps per call: as many as take a quarter of a second or less, which is what `fluxion train` does in a call. */
const chunkOf = (width: number, batch: number): number => Math.max(1, Math.min(100, Math.floor(6e8 / (batch * width * width))));

const smallBatch = (width: number, value: number): BenchCase =>
  trainingCase({
    name: `train-mlp-${String(width)}`,
    what: `a training step of an MLP on points in the plane, ${String(width)} wide, ${String(depth)} hidden layers, batch 256`,
    target: atLeast(value),
    model: planeModel(width),
    data: planeData,
    batch: 256,
    chunk: chunkOf(width, 256),
    trainer: true,
    rivals: ["pytorch", "pytorch-compile", ...npmPeers],
  });

const largeBatch = (width: number): BenchCase =>
  trainingCase({
    name: `train-mlp-${String(width)}-batch-4096`,
    what: `a training step of an MLP on points in the plane, ${String(width)} wide, ${String(depth)} hidden layers, batch 4,096`,
    target: width === 512 ? atLeast(1) : undefined,
    model: planeModel(width),
    data: planeData,
    batch: 4096,
    chunk: chunkOf(width, 4096),
    rivals: ["pytorch"],
  });

export const cases: readonly BenchCase[] = [
  ...[...targets].map(([width, value]) => smallBatch(width, value)),
  ...[...targets.keys()].map(largeBatch),
  trainingCase({
    name: "train-mlp-paper",
    what: "a training step of the paper's MLP for points in the plane (Appendix E.1), 512 wide, 5 hidden layers, batch 256",
    model: planeModel(512, 5),
    data: planeData,
    batch: 256,
    chunk: chunkOf(512, 256),
    rivals: ["pytorch", "pytorch-compile"],
  }),
];
