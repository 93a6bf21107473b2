/**
 * @file Where training steps and solves stand under the roofline: what their products, passes and moves achieve on one thread,
 * against a bare product and a bare pass. `node --conditions=fluxion-source --import tsx bench/roofline.ts [mlp-256 sample …]`;
 * `wasm` measures the bare product of the browser's kernels, in Node's V8.
 */
import { explain, hostTensor, input, mul, scan, sizeOf, trace } from "@fluxion/graph";
import type { ExplainedNode, HostTensor, Program, Runtime } from "@fluxion/graph";
import { nodeRuntime, profileProgram } from "@fluxion/node";
import type { Profile } from "@fluxion/node";
import { initialState, Key, normal, otPath, resolveOptimizer, stateLayout, stepProgram, stepScalars, uniform } from "fluxion";
import type { Model } from "fluxion";
import { timed } from "./interleave.ts";
import { imageModel, imageModels, planeModel } from "./models.ts";
import { productsAlone } from "./products.ts";
import { freshFlow, planeNetwork } from "./trained-flow.ts";

/** A program with what it is fed, which does so many units of work in a run. */
interface Work {
  readonly program: Program;
  readonly feeds: Readonly<Record<string, HostTensor>>;
  readonly units: number;
  /** Runs to record. Default 1. */
  readonly repeats?: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** Seconds a unit where nothing is recorded. */
  readonly seconds?: number;
}

interface Subject {
  /** With its article. */
  readonly unit: string;
  readonly work: (runtime: Runtime) => Promise<Work>;
}

const training = (make: () => Model, batch: number, steps: number): Subject => ({
  unit: "a step",
  work: () => {
    const optimizer = resolveOptimizer();
    const model = make();
    const program = stepProgram({ model, path: otPath(), batch, optimizer });
    return Promise.resolve({ program, feeds: trainingFeeds(model, batch, steps, optimizer), units: steps, sizes: { steps } });
  },
});

/** A step of dopri5 has six new stages. */
const stages = 6;

const solving = (make: () => Model, count: number, divergence?: "exact" | "hutchinson"): Subject => ({
  unit: "an evaluation",
  work: async (runtime) => {
    const [recorder, last] = recording(runtime);
    const flow = freshFlow({ runtime: recorder }, make());
    const key = Key.from("roofline solve");
    const x = normal(key, count * sizeOf(flow.model.eventShape));
    // In one chunk, whose step is what is recorded. Drawing the probes counts in the time that is not.
    const solve = (): Promise<{ readonly nfe: number }> => (divergence === undefined ? flow.decode(x) : flow.logProb(x, { divergence, key, chunk: count }));
    const { nfe } = await solve();
    const seconds = (await best(() => timed(1, solve))) / nfe;
    await flow.dispose();
    // A step is short, and a clock counts microseconds.
    return { ...last(), units: stages, repeats: 5, sizes: { batch: count }, seconds };
  },
});

/** A runtime, and the program and feeds of what ran on it last. */
function recording(runtime: Runtime): readonly [Runtime, () => Pick<Work, "program" | "feeds">] {
  let last: Pick<Work, "program" | "feeds"> | undefined;
  const recorder: Runtime = {
    ...runtime,
    compile: async (program, options) => {
      const executable = await runtime.compile(program, options);
      const run: typeof executable.run = (feeds, more) => {
        last = { program, feeds: feeds as Readonly<Record<string, HostTensor>> };
        return executable.run(feeds, more);
      };
      return { ...executable, run };
    },
  };
  return [recorder, () => {
    if (!last) throw new Error("roofline: nothing ran");
    return last;
  }];
}

const subjects: Readonly<Record<string, Subject>> = {
  "mlp-64": training(() => planeModel(64), 256, 20),
  "mlp-256": training(() => planeModel(256), 256, 20),
  "mlp-512": training(() => planeModel(512), 256, 10),
  ...Object.fromEntries(imageModels.map(({ name, batch, make }) => [name, training(make, batch, 1)])),
  ...Object.fromEntries([1, 64, 1024].map((count) => [`sample-2d-${String(count)}`, solving(() => planeNetwork, count)])),
  "likelihood-2d-exact": solving(() => planeNetwork, 1000, "exact"),
  "likelihood-2d-hutchinson": solving(() => planeNetwork, 1000, "hutchinson"),
  "sample-unet-28": solving(imageModel("unet-28").make, 1),
  "sample-unet-32-64": solving(imageModel("unet-32-64").make, 1),
  "sample-unet-32-128": solving(imageModel("unet-32-128").make, 1),
  "likelihood-unet-28-hutchinson": solving(imageModel("unet-28").make, 1, "hutchinson"),
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

function trainingFeeds(model: Model, batch: number, steps: number, optimizer: ReturnType<typeof resolveOptimizer>): Record<string, HostTensor> {
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
async function profileOf({ program, feeds, repeats = 1 }: Work): Promise<Profile> {
  const profiles: Profile[] = [];
  for (let i = 0; i < 3; i++) profiles.push(await profileProgram(program, feeds, { repeats, threads: 1 }));
  const [fastest] = profiles.sort((a, b) => a.totalUs - b.totalUs);
  if (!fastest) throw new Error("roofline: nothing was profiled");
  return fastest;
}

async function report(name: string, subject: Subject): Promise<void> {
  const work = await subject.work(runtime);
  const profile = await profileOf(work);
  const nodes = flat(explain(work.program, { sizes: work.sizes }).nodes);
  const runs = work.units * profile.runs;
  const unrecorded = work.seconds === undefined ? "" : `, ${(1000 * work.seconds).toFixed(3)} ms unrecorded, calls included`;
  console.log(`\n${name}: ${(profile.totalUs / runs / 1000).toFixed(3)} ms for ${subject.unit}, recorded${unrecorded}`);
  for (const kind of [...kinds.map((each) => each.name), moves]) {
    const us = profile.byOp.filter((op) => kindOf("kernels", op.name) === kind).reduce((sum, op) => sum + op.totalUs, 0);
    const own = nodes.filter((node) => kindOf("ops", node.op) === kind);
    const total = (of: "flops" | "bytes"): number => profile.runs * own.reduce((sum, node) => sum + node[of], 0);
    const rate = kind === "products" ? `${(total("flops") / us / 1e3).toFixed(1)} GFLOP/s` : kind === "loops" ? "" : `${(total("bytes") / us / 1e3).toFixed(1)} GB/s`;
    console.log(`  ${kind.padEnd(21)}${(us / runs / 1000).toFixed(3).padStart(10)} ms ${((100 * us) / profile.totalUs).toFixed(1).padStart(5)} %  ${rate}`);
  }
}

/** GFLOP/s of a bare product with constant weights. */
async function bareProduct(on: Runtime, points: number, width: number, flops: number): Promise<string> {
  const evaluations = Math.ceil(flops / (2 * points * width * width));
  const solves = await productsAlone({ runtime: on, quick: false }, { points, width, layers: 1, evaluations });
  const rate = (2 * evaluations * points * width * width * solves) / 1e9;
  return `product [${String(points)}, ${String(width)}] × [${String(width)}, ${String(width)}], constant: ${rate.toFixed(1)} GFLOP/s`;
}

/** The kernels of a page, on one thread. */
async function wasm(): Promise<void> {
  // What a page has and Node has not.
  Object.assign(globalThis, { self: globalThis, ...(!("navigator" in globalThis) && { navigator: {} }) });
  const { webRuntime } = await import("@fluxion/web");
  const page = await webRuntime({ device: "wasm", threads: 1 });
  for (const [points, width] of [[256, 64], [256, 128], [256, 256], [256, 512], [64, 128]] as const) console.log(`WebAssembly: ${await bareProduct(page, points, width, 4e8)}`);
}

const runtime = await nodeRuntime({ threads: 1 });
const chosen = process.argv.slice(2);
if (chosen.includes("wasm")) await wasm();
for (const width of [64, 256, 512, 1024]) console.log(await bareProduct(runtime, width === 1024 ? 1024 : 256, width, 2e9));
for (const size of [2 ** 14, 2 ** 18, 2 ** 21]) {
  console.log(`pass over ${String((4 * size) / 1024)} KiB: ${((await bareCopy(runtime, size)) / 1e9).toFixed(1)} GB/s`);
}
for (const [name, subject] of Object.entries(subjects)) if (chosen.length === 0 || chosen.some((each) => name.startsWith(each))) await report(name, subject);
