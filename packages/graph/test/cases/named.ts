/** @file Programs with named dimensions on every axis that can carry one. */
import * as g from "@fluxion/graph";
import { hostTensor, input, trace } from "@fluxion/graph";
import type { Dim, HostTensor, Program, Shape, Tensor } from "@fluxion/graph";
import { drawn } from "./subject.ts";

/** A program of tensors with named axes, and the shape that it should give. */
export interface NamedRow {
  readonly shapes: readonly Shape[];
  /** Shapes of further operands, indices below 3. */
  readonly indices?: readonly Shape[];
  readonly call: (at: At, ...operands: Tensor[]) => Tensor;
  readonly result: Shape;
}

/** What a named dimension is in the trace at hand: the name, or its size. */
export type At = (dim: Dim) => Dim;

const one = (shape: Shape, call: (x: Tensor, at: At) => Tensor, result: Shape): NamedRow => ({ shapes: [shape], call: (at, x) => call(x, at), result });

export const namedRows: Readonly<Record<string, NamedRow>> = {
  broadcastTo: one([1, 3], (x, at) => g.broadcastTo(x, [at("batch"), 3]), ["batch", 3]),
  "broadcastTo: two names": { shapes: [["steps", 1], ["batch"]], call: (at, x, y) => g.mul(g.broadcastTo(x, [at("steps"), at("batch")]), y), result: ["steps", "batch"] },
  concat: { shapes: [["batch", 3], ["batch", 2]], call: (_, x, y) => g.concat([x, y], 1), result: ["batch", 5] },
  "concat: along the name": { shapes: [["batch", 3], ["2*batch", 3]], call: (_, x, y) => g.concat([x, y, x], 0), result: ["4*batch", 3] },
  "concat: beside two names": one(["steps", 2, "batch"], (x) => g.concat([x, g.square(x)], 1), ["steps", 4, "batch"]),
  expandDims: one(["steps", "batch"], (x) => g.expandDims(x, 1), ["steps", 1, "batch"]),
  flip: one([2, "batch"], (x) => g.flip(x, 1), [2, "batch"]),
  moveAxis: one(["steps", 3, "batch"], (x) => g.moveAxis(x, 0, 2), [3, "batch", "steps"]),
  pad: one(["batch", 3], (x) => g.pad(x, 1, 1, 2), ["batch", 6]),
  "pad: along the name": one(["batch", 3], (x, at) => g.pad(x, 0, at("batch"), at("2*batch"), { value: 2 }), ["4*batch", 3]),
  "pad: reflect": one(["batch", 4], (x) => g.pad(x, 1, 2, 3, { mode: "reflect" }), ["batch", 9]),
  reshape: one(["batch", 3, 4], (x, at) => g.reshape(x, [at("batch"), -1]), ["batch", 12]),
  "reshape: merged": one(["batch", 3, 4], (x) => g.reshape(x, [-1, 4]), ["3*batch", 4]),
  "reshape: parted": one(["4*batch", 3], (x, at) => g.reshape(x, [2, at("2*batch"), 3]), [2, "2*batch", 3]),
  "reshape: two names": one(["steps", "batch", 3, 2], (x, at) => g.reshape(x, [at("steps"), at("3*batch"), -1]), ["steps", "3*batch", 2]),
  slice: one(["batch", 7], (x) => g.slice(x, 1, 1, -1, 2), ["batch", 3]),
  "slice: steps between two names": one(["steps", 7, "batch"], (x) => g.slice(x, 1, 1, undefined, 3), ["steps", 2, "batch"]),
  "slice: along the name": one(["3*batch", 2], (x, at) => g.slice(x, 0, at("batch"), at("2*batch")), ["batch", 2]),
  "slice: steps along the name": one(["6*batch", 2], (x, at) => g.slice(x, 0, at("2*batch"), undefined, 2), ["2*batch", 2]),
  split: one(["batch", 6], (x) => g.mul(...(g.split(x, 1, 2) as [Tensor, Tensor])), ["batch", 3]),
  "split: along the name": one(["4*batch"], (x) => g.mul(...(g.split(x, 0, 2) as [Tensor, Tensor])), ["2*batch"]),
  "split: along the name, by sizes": one(["3*batch"], (x, at) => g.split(x, 0, [at("batch"), at("2*batch")])[1], ["2*batch"]),
  squeeze: one(["steps", 1, "batch"], (x) => g.squeeze(x, 1), ["steps", "batch"]),
  stack: { shapes: [["steps", "batch"], ["steps", "batch"]], call: (_, x, y) => g.stack([x, y], 1), result: ["steps", 2, "batch"] },
  swapLastTwo: one(["steps", 2, "batch"], (x) => g.swapLastTwo(x), ["steps", "batch", 2]),
  tile: one(["batch", 2], (x) => g.tile(x, [3, 1]), ["3*batch", 2]),
  "tile: two names": one(["steps", "2*batch"], (x) => g.tile(x, [2, 3]), ["2*steps", "6*batch"]),
  transpose: one(["steps", 2, "batch"], (x) => g.transpose(x, [2, 0, 1]), ["batch", "steps", 2]),
  arange: one(["batch", 2], (x, at) => g.mul(x, g.expandDims(g.arange(at("batch"), x.dtype), 1)), ["batch", 2]),
  gather: { shapes: [[3, 4]], indices: [["batch"]], call: (_, x, i) => g.gather(x, i), result: ["batch", 4] },
  "gather: beside the name": { shapes: [["batch", 3]], indices: [[2, 2]], call: (_, x, i) => g.gather(x, i, 1), result: ["batch", 2, 2] },
  "gather: two names": { shapes: [["batch", 3, 2]], indices: [["steps"]], call: (_, x, i) => g.gather(x, i, 1), result: ["batch", "steps", 2] },
  "gather: along the name": one(["batch", 3], (x) => g.gather(x, g.constant([0, -1], [2], "int64")), [2, 3]),
  gatherAlong: { shapes: [["batch", 3]], indices: [["batch", 2]], call: (_, x, i) => g.gatherAlong(x, i, 1), result: ["batch", 2] },
  oneHot: { shapes: [[3, 4]], indices: [["batch"]], call: (_, x, i) => g.matmul(g.oneHot(i, 3), x), result: ["batch", 4] },
  scatterAdd: { shapes: [[3, 4], ["batch", 4]], indices: [["batch"]], call: (_, x, u, i) => g.scatterAdd(x, i, u), result: [3, 4] },
  "scatterAdd: two names": { shapes: [["batch", 3, 2], ["batch", "steps", 2]], indices: [["steps"]], call: (_, x, u, i) => g.scatterAdd(x, i, u, 1), result: ["batch", 3, 2] },
  "scatterAdd: indices of rank 2": { shapes: [["batch", 3], ["batch", 2, 2]], indices: [[2, 2]], call: (_, x, u, i) => g.scatterAdd(x, i, u, 1), result: ["batch", 3] },
  scatterAddAlong: { shapes: [["batch", 3], ["batch", 2]], indices: [["batch", 2]], call: (_, x, u, i) => g.scatterAddAlong(x, i, u, 1), result: ["batch", 3] },
  add: { shapes: [["steps", "batch"], ["batch"]], call: (_, x, y) => g.add(x, y), result: ["steps", "batch"] },
  where: { shapes: [["steps", "batch"], ["batch"]], call: (_, x, y) => g.where(g.greater(x, y), x, y), result: ["steps", "batch"] },
  matmul: { shapes: [["batch", 3], [3, "steps"]], call: (_, x, y) => g.matmul(x, y), result: ["batch", "steps"] },
  "matmul: weights beside two names": { shapes: [["steps", "batch", 3], [3, 2]], call: (_, x, y) => g.matmul(x, y), result: ["steps", "batch", 2] },
  "matmul: along the name": { shapes: [["batch", 3], ["batch", 2]], call: (_, x, y) => g.matmul(x, y, { transposeA: true }), result: [3, 2] },
  sum: one(["steps", "batch", 3], (x) => g.sum(x, { axes: [1] }), ["steps", 3]),
  "sum: two names": one(["steps", "batch"], (x) => g.sum(x), []),
  mean: one([2, "batch", 3], (x) => g.mean(x, { axes: [1] }), [2, 3]),
  "mean: two names": one(["steps", "batch", 3], (x) => g.mean(x), []),
  "mean: beside two names": one(["steps", "batch", 3], (x) => g.mean(x, { axes: [2] }), ["steps", "batch"]),
  cumSum: one([2, "batch"], (x) => g.cumSum(x, 1), [2, "batch"]),
  variance: one(["steps", "batch", 2], (x) => g.variance(x, { axes: [1] }), ["steps", 2]),
  logSumExp: one([2, "batch"], (x) => g.logSumExp(x, { axes: [1] }), [2]),
  einsum: { shapes: [["batch", 3, 2], ["batch", 2, 4]], call: (_, x, y) => g.einsum("bij,bjk->bik", x, y), result: ["batch", 3, 4] },
  max: one([2, "batch"], (x) => g.max(x, { axes: [1] }), [2]),
  softmax: one([2, "batch"], (x) => g.softmax(x, 1), [2, "batch"]),
  "standardize: two names": one(["steps", "batch", 3], (x) => g.standardize(x, { axes: [-1] }), ["steps", "batch", 3]),
  standardize: one(["batch", 2, 3], (x) => g.standardize(x, { axes: [-1] }), ["batch", 2, 3]),
};

export const namedSizes = [1, 2, 5].map((batch) => ({ batch, steps: 4 }));
export type Sizes = (typeof namedSizes)[number];

/** A shape whose names are replaced by sizes. */
export const concrete = (shape: Shape, { batch, steps }: Sizes): number[] =>
  shape.map((dim) => String(dim).split("*").reduce((product, part) => product * ({ batch, steps }[part] ?? Number(part)), 1));

/** The value, its tangents, and gradients of Σ y², for given shapes of the operands. */
export function namedProgram({ shapes, indices = [], call }: NamedRow, size: At): Program {
  const at = (shape: Shape): Shape => shape.map(size);
  const specs = {
    ...Object.fromEntries(shapes.map((shape, i) => [`x${String(i)}`, input(at(shape))])),
    ...Object.fromEntries(indices.map((shape, i) => [`i${String(i)}`, input(at(shape), "int64")])),
    ...Object.fromEntries(shapes.map((shape, i) => [`t${String(i)}`, input([2, ...at(shape)])])),
    // Named sizes that an operand does not tell.
    sizes: input(at(["batch", "steps"])),
  };
  return trace("named", specs, (inputs) => {
    const take = (kind: string, of: readonly unknown[]): Tensor[] => of.map((_, i) => (inputs as Record<string, Tensor>)[`${kind}${String(i)}`] as Tensor);
    const x = take("x", shapes);
    const y = call(size, ...x, ...take("i", indices));
    const gradients = g.grad(g.sum(g.square(y)), x);
    const [tangent] = g.jvp([y], x, take("t", shapes));
    return { y, tangent: tangent, ...Object.fromEntries(gradients.map((gradient, i) => [`g${String(i)}`, gradient])) };
  });
}

export function namedFeeds({ shapes, indices = [] }: NamedRow, at: Sizes): Record<string, HostTensor> {
  const tensor = (shape: Shape, seed: number): HostTensor => hostTensor(drawn(concrete(shape, at), seed), concrete(shape, at));
  return {
    ...Object.fromEntries(shapes.map((shape, i) => [`x${String(i)}`, tensor(shape, i)])),
    ...Object.fromEntries(indices.map((shape, i) => [`i${String(i)}`, hostTensor(drawn(concrete(shape, at), i).map((value) => Math.round(Math.abs(5 * value)) % 3), concrete(shape, at), "int64")])),
    ...Object.fromEntries(shapes.map((shape, i) => [`t${String(i)}`, tensor([2, ...shape], i + 5)])),
    sizes: tensor(["batch", "steps"], 0),
  };
}
