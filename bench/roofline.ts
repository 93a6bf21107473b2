/**
 * @file Where a training step stands under the roofline: what its products, passes and moves achieve on one thread, against a
 * bare product and a bare pass. `node --conditions=fluxion-source --import tsx bench/roofline.ts [mlp-256 unet …]`
 */
import { explain, hostTensor, input, mul, scan, sizeOf, trace } from "@fluxion/graph";
import type { ExplainedNode, HostTensor, Runtime } from "@fluxion/graph";
import { nodeRuntime, profileProgram } from "@fluxion/node";
import type { Profile } from "@fluxion/node";
import { initialState, Key, normal, otPath, resolveOptimizer, stateLayout, stepProgram, stepScalars, uniform } from "fluxion";
import type { Model } from "fluxion";
import { timed } from "./interleave.ts";
import { imageModels, planeModel } from "./models.ts";
import { productsAlone } from "./products.ts";

interface Subject {
  readonly model: () => Model;
  readonly batch: number;
  readonly steps: number;
}

const subjects: Readonly<Record<string, Subject>> = {
  "mlp-64": { model: () => planeModel(64), batch: 256, steps: 20 },
  "mlp-256": { model: () => planeModel(256), batch: 256, steps: 20 },
  "mlp-512": { model: () => planeModel(512), batch: 256, steps: 10 },
  ...Object.fromEntries(imageModels.map(({ name, batch, make }) => [name, { model: make, batch, steps: 1 }])),
};

/** Kinds of work, with what they are called in a program and in ONNX; what is in none moves values. */
const kinds = [
  { name: "products", ops: "matmul gemm conv2d biasedConv2d conv2dInput conv2dWeight columnSum", kernels: "Gemm MatMul FusedMatMul Conv FusedConv ConvTranspose" },
  { name: "elementwise passes", ops: "add sub mul div sqrt sigmoid silu square sin min max neg", kernels: "Add Sub Mul Div Sqrt Sigmoid QuickGelu Sin Min Max Neg" },
  { name: "reductions and norms", ops: "sum sumSquare standardize softmax", kernels: "ReduceSum ReduceSumSquare InstanceNormalization Softmax" },
  { name: "loops", ops: "", kernels: "Scan Loop" },
] as const;
const moves = "moves and layout";

const kindOf = (by: "ops" | "kernels", op: string): string => kinds.find((kind) => kind[by].split(" ").includes(op))?.name ?? moves;

const flat = (nodes: readonly ExplainedNode[]): ExplainedNode[] =>
  nodes.flatMap((node) => (node.bodies ? node.bodies.flatMap((body) => flat(body.nodes)) : [node]));

/** Bytes a second of a pass over so many values, read and written. */
async function bareCopy(runtime: Runtime, size: number): Promise<number> {
  const passes = Math.ceil(2e7 / size);
  const program = trace("copy", { x: input([size]), by: input(["steps"]) }, ({ x, by }) => ({
    y: scan({ carry: [x], xs: [by] }, ([value], [factor]) => ({ carry: [mul(value, factor)], ys: [] })).carry[0],
  }));
  const executable = await runtime.compile(program, { threads: 1 });
  const feeds = { x: hostTensor(new Float32Array(size), [size]), by: hostTensor(new Float32Array(passes).fill(1), [passes]) };
  const seconds = await best(() => timed(1, () => executable.run(feeds)));
  await executable.dispose();
  return (8 * size * passes) / seconds;
}

async function best(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < 7; i++) values.push(await measure());
  return Math.min(...values);
}

function feedsOf(model: Model, { batch, steps }: Subject, optimizer: ReturnType<typeof resolveOptimizer>): Record<string, HostTensor> {
  const key = Key.from("roofline");
  const state = initialState(model, key);
  const event = [steps, batch, ...model.eventShape];
  const noise = (name: string): HostTensor => hostTensor(normal(key.child(name), sizeOf(event)), event);
  const scalars = new Float32Array(4 * steps);
  for (let i = 0; i < steps; i++) stepScalars(i, 1000, optimizer, scalars.subarray(4 * i, 4 * i + 4));
  return {
    ...stateLayout(model.parameters).cut(state),
    x0: noise("x0"),
    x1: noise("x1"),
    t: hostTensor(uniform(key.child("t"), steps * batch), [steps, batch]),
    scalars: hostTensor(scalars, [steps, 4]),
  };
}

/** The fastest of several profiles: what else the machine does only ever adds. */
async function profileOf(subject: Subject): Promise<{ readonly profile: Profile; readonly nodes: readonly ExplainedNode[] }> {
  const optimizer = resolveOptimizer();
  const model = subject.model();
  const program = stepProgram({ model, path: otPath(), batch: subject.batch, optimizer });
  const feeds = feedsOf(model, subject, optimizer);
  const profiles: Profile[] = [];
  for (let i = 0; i < 3; i++) profiles.push(await profileProgram(program, feeds, { repeats: 1, threads: 1 }));
  const [fastest] = profiles.sort((a, b) => a.totalUs - b.totalUs);
  if (!fastest) throw new Error("roofline: nothing was profiled");
  return { profile: fastest, nodes: flat(explain(program, { sizes: { steps: subject.steps } }).nodes) };
}

async function report(name: string, subject: Subject): Promise<void> {
  const { profile, nodes } = await profileOf(subject);
  console.log(`\n${name}: ${(profile.totalUs / subject.steps / 1000).toFixed(2)} ms a step, recorded`);
  for (const kind of [...kinds.map((each) => each.name), moves]) {
    const us = profile.byOp.filter((op) => kindOf("kernels", op.name) === kind).reduce((sum, op) => sum + op.totalUs, 0);
    const own = nodes.filter((node) => kindOf("ops", node.op) === kind);
    const total = (of: "flops" | "bytes"): number => own.reduce((sum, node) => sum + node[of], 0);
    const rate = kind === "products" ? `${(total("flops") / us / 1e3).toFixed(1)} GFLOP/s` : kind === "loops" ? "" : `${(total("bytes") / us / 1e3).toFixed(1)} GB/s`;
    console.log(`  ${kind.padEnd(21)}${(us / subject.steps / 1000).toFixed(2).padStart(9)} ms ${((100 * us) / profile.totalUs).toFixed(1).padStart(5)} %  ${rate}`);
  }
}

const runtime = await nodeRuntime({ threads: 1 });
for (const width of [64, 256, 512, 1024]) {
  const points = width === 1024 ? 1024 : 256;
  const evaluations = Math.ceil(1e9 / (points * width * width));
  const solves = await productsAlone({ runtime, quick: false }, { points, width, layers: 1, evaluations });
  console.log(`product [${String(points)}, ${String(width)}] × [${String(width)}, ${String(width)}], constant: ${((2 * evaluations * points * width * width * solves) / 1e9).toFixed(1)} GFLOP/s`);
}
for (const size of [2 ** 14, 2 ** 18, 2 ** 21]) {
  console.log(`pass over ${String((4 * size) / 1024)} KiB: ${((await bareCopy(runtime, size)) / 1e9).toFixed(1)} GB/s`);
}
const chosen = process.argv.slice(2);
for (const [name, subject] of Object.entries(subjects)) if (chosen.length === 0 || chosen.includes(name)) await report(name, subject);
