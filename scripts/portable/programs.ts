/** @file Programs that leave as ONNX files, with what they are fed and what the float64 interpreter makes of it. */
import { hostTensor, input, interpretProgram, less, mul, onHost, referenceRuntime, sizeOf, sum, trace, vjp, whileLoop } from "@fluxion/graph";
import type { HostTensor, Program, Runtime, Tensor } from "@fluxion/graph";
import { createTrainer, initParameters, Key, mlp, normal, otPath, trainFlow, trainingImages, trainingPoints, unet } from "fluxion";
import type { Model } from "fluxion";
import { cases } from "../../packages/graph/test/cases/index.ts";
import type { Case } from "../../packages/graph/test/cases/index.ts";

type Values = Readonly<Record<string, HostTensor>>;

/** A program with one run of it. */
export interface Example {
  readonly name: string;
  readonly program: Program;
  readonly feeds: Values;
  readonly expected: Values;
}

/** Numbers that float32 holds exactly, so that every evaluator is fed the same. */
const numbers = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => 1.5 * Math.sin(12.9898 * (i + 1) + 78.233 * seed));

const run = (name: string, program: Program, feeds: Values): Example => ({ name, program, feeds, expected: interpretProgram(program, feeds) });

/** An op and, where its result is a float, its derivatives in all operands. */
function ofCase(name: string, { shapes, fixed = [], call, positive = false }: Case): Example {
  const operands = [
    ...shapes.map((shape, i) => hostTensor(numbers(sizeOf(shape), i).map((v) => (positive ? 0.5 + Math.abs(v) : v)), shape)),
    ...fixed.map(({ dtype, shape, values }) => hostTensor(values, shape, dtype)),
  ];
  const feeds = Object.fromEntries(operands.map((operand, i) => [`x${i}`, operand]));
  const specs = Object.fromEntries(Object.entries(feeds).map(([key, { shape, dtype }]) => [key, input(shape, dtype)]));
  const program = trace(name, specs, (inputs) => {
    const xs = Object.values(inputs);
    const y = call(...xs);
    if (y.dtype !== "float32") return { y };
    const gradients = vjp([y], [y], xs.slice(0, shapes.length));
    return { y, ...Object.fromEntries(gradients.map((gradient, i) => [`g${i}`, gradient])) };
  });
  return run(`op ${name}`, program, feeds);
}

/** A runtime that keeps the first run of every program. */
function recording(prefix: string): { readonly runtime: Runtime; readonly examples: Example[] } {
  const inner = referenceRuntime();
  const examples: Example[] = [];
  const compile: Runtime["compile"] = async (program, options) => {
    const executable = await inner.compile(program, options);
    let isKept = false;
    return {
      ...executable,
      run: async (feeds) => {
        const expected = await executable.run(feeds);
        if (!isKept) examples.push({ name: `${prefix}: ${program.name}`, program, feeds: onHost(program.name, feeds), expected: onHost(program.name, expected) });
        isKept = true;
        return expected;
      },
    };
  };
  return { runtime: { ...inner, compile }, examples };
}

/** A model's prediction, parameters packed in, for any batch. */
function fieldOf(name: string, model: Model): Example {
  const key = Key.from(name);
  const params = Object.entries(initParameters(model, key)).map(([part, { shape }], i) => [part, hostTensor(numbers(sizeOf(shape), i).map((v) => v / 4), shape)] as const);
  const specs = { x: input(["batch", ...model.eventShape]), t: input(["batch"]), ...Object.fromEntries(params.map(([part, { shape }]) => [part, input(shape)])) };
  const program = trace(name, specs, ({ x, t, ...inputs }) => ({ velocity: model.apply(inputs as Record<string, Tensor>, x, t) }));
  const batch = 3;
  const x = hostTensor(numbers(batch * sizeOf(model.eventShape), 9), [batch, ...model.eventShape]);
  return run(`field ${name}`, program, { x, t: hostTensor(Float32Array.of(0, 0.25, 1), [batch]), ...Object.fromEntries(params) });
}

/** What training, sampling and likelihoods of points compile. */
async function ofPoints(): Promise<Example[]> {
  const key = Key.from("points");
  const { runtime, examples } = recording("points");
  const { training: data } = trainingPoints(normal(key.child("data"), 200), [100, 2], { holdOutKey: key.child("held out") });
  const model = mlp({ dimension: 2, width: 8, depth: 2 });
  const flow = await trainFlow({ runtime, model, path: otPath(), data, key, batchSize: 8, steps: 2, clipNorm: 1 });
  const draw = { count: 3, key: key.child("noise") };
  await flow.sample({ ...draw, solver: "dopri5", rtol: 1e-2, atol: 1e-2 });
  await flow.sample({ ...draw, solver: "rk4", steps: 3 });
  const points = numbers(6, 3);
  await flow.logProb(points, { solver: "dopri5", rtol: 1e-2, atol: 1e-2 });
  await flow.logProb(points, { solver: "heun", steps: 2, divergence: "hutchinson", probes: 2, key: key.child("probes") });
  return examples;
}

/** A training step of a U-Net. */
async function ofImages(model: Model): Promise<Example[]> {
  const key = Key.from("images");
  const { runtime, examples } = recording("images");
  const [c = 1, h = 8, w = 8] = model.eventShape;
  const pixels = Uint8Array.from(numbers(4 * c * h * w, 5), (v) => 128 + 60 * v);
  const trainer = await createTrainer({ runtime, model, path: otPath(), data: trainingImages(pixels, [4, c, h, w]), key, batchSize: 2 });
  await trainer.advance(1, 10);
  return examples;
}

function ofLoops(): Example[] {
  const x = hostTensor(numbers(6, 1), [2, 3]);
  const doubling = trace("doubling", { x: input(["batch", 3]) }, ({ x: start }) => {
    const [y] = whileLoop([start], ([state]) => less100(state), ([state]) => [mul(state, 2)], { maxSteps: 50 });
    return { y: y };
  });
  return [run("while", doubling, { x })];
}

const less100 = (x: Tensor | undefined): Tensor => less(sum(mul(x as Tensor, x as Tensor)), 100);

/** Every example: ops, fields, training steps, solver steps, loops. */
export async function portableExamples(): Promise<readonly Example[]> {
  const net = unet({ image: [1, 8, 8], channels: 8, multiples: [1, 2], blocks: 1, heads: 2, groups: 2 });
  return [
    ...Object.entries(cases).map(([name, row]) => ofCase(name, row)),
    ...ofLoops(),
    fieldOf("mlp", mlp({ dimension: 2, width: 8, depth: 2 })),
    fieldOf("unet", net),
    ...(await ofPoints()),
    ...(await ofImages(net)),
  ];
}
