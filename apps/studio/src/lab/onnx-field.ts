/** @file A velocity field as an ONNX file, in data space, and its way back: a file is called, not traced. */
import type { LoadedModel, Runtime, Tensor } from "@fluxion/graph";
import { constant, describeModel, div, hostTensor, input, lower, mul, sub, trace } from "@fluxion/graph";
import type { AffinePath, DataTransform, Model, Prediction, SolverName } from "fluxion";
import { convert, isAdaptive, Key, normal, solvers, unflattenValues } from "fluxion";
import type { Frames, Method } from "./frames.ts";
import { timesBetween } from "./frames.ts";

/** What a field's file is made of. */
export interface FieldParts {
  readonly model: Model;
  readonly prediction: Prediction;
  readonly path: AffinePath;
  readonly transform: DataTransform;
  /** The averaged weights, flat. */
  readonly weights: Float32Array;
  readonly seed: number;
}

/** Where particles start, and when. */
interface Prior {
  readonly interval: readonly [number, number];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly seed: number;
}

const priorKey = "fluxion.prior";

/** The bytes of an ONNX model `v(x [batch, 2], t [batch])` of standard operators, its prior in the metadata. */
export function encodeField({ model, prediction, path, transform, weights, seed }: FieldParts): Uint8Array<ArrayBuffer> {
  const { mean, std } = transform as { readonly mean: readonly number[]; readonly std: readonly number[] };
  const params = Object.fromEntries(
    Object.entries(unflattenValues(model.parameters, weights)).map(([name, { data, shape }]) => [name, constant(data as Float32Array, shape)]),
  );
  const program = trace("velocity", { x: input(["batch", 2]), t: input(["batch"]) }, ({ x, t }) => {
    const own: Tensor = div(sub(x, constant(mean)), constant(std));
    const value = model.apply(params, own, t);
    return { v: mul(convert(path, { value, from: prediction, to: "velocity", x: own, t }), constant(std)) };
  });
  const prior: Prior = { interval: path.interval, mean, std: std.map((value) => value * path.priorStd), seed };
  return Uint8Array.from(lower(program, { target: "portable", metadata: { [priorKey]: JSON.stringify(prior) } }));
}

/** Particles carried by the field of a file, by a fixed grid. */
export async function fieldParticles(runtime: Runtime, bytes: Uint8Array, file: string, count: number, method: Method): Promise<Frames> {
  const model = await runtime.load(bytes, { name: file });
  try {
    const prior = checkedPrior(model, describeModel(bytes).metadata[priorKey], file);
    const start = normalFrom(prior, count);
    return await carried(model, prior, start, method);
  } finally {
    await model.dispose();
  }
}

function checkedPrior({ inputs, outputs }: LoadedModel, text: string | undefined, file: string): Prior {
  const shapes = [inputs["x"]?.shape, inputs["t"]?.shape, outputs["v"]?.shape];
  const fits = Object.keys(inputs).length === 2 && shapes[0]?.length === 2 && shapes[0][1] === 2 && shapes[1]?.length === 1 && shapes[2]?.length === 2;
  if (!fits) {
    const list = (values: LoadedModel["inputs"]): string => Object.entries(values).map(([name, { shape }]) => `${name} [${shape?.join(", ") ?? "any"}]`).join(", ");
    throw new Error(`${file}: expected a velocity field, x [batch, 2] and t [batch] to v [batch, 2], got ${list(inputs)} to ${list(outputs)}; export one here`);
  }
  const prior = text === undefined ? undefined : (JSON.parse(text) as Partial<Prior>);
  const { interval = [0, 1], mean = [0, 0], std = [1, 1], seed = 0 } = prior ?? {};
  const finite = [...interval, ...mean, ...std].length === 6 && [...interval, ...mean, ...std].every(Number.isFinite) && Number.isSafeInteger(seed);
  if (!finite) throw new Error(`${file}: expected a prior of finite numbers in its metadata, got ${String(text)}; export it again`);
  return { interval, mean, std, seed };
}

function normalFrom({ mean, std, seed }: Prior, count: number): Float32Array {
  const key = Key.from(seed);
  const x = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) normal(key.child("samples", "noise", i), x.subarray(2 * i, 2 * i + 2));
  return x.map((value, i) => (mean[i % 2] ?? 0) + (std[i % 2] ?? 1) * value);
}

/** Segments of the picture. */
const segments = 32;

/** One explicit Runge–Kutta step a segment, at least, with the library's own tableau. */
async function carried(model: LoadedModel, { interval }: Prior, start: Float32Array, { solver = "midpoint", steps = segments }: Method): Promise<Frames> {
  const name: SolverName = isAdaptive(solver) ? "rk4" : solver;
  const { a, b, c } = solvers[name];
  const count = start.length / 2;
  const grid = timesBetween(...interval, Math.max(steps, isAdaptive(solver) ? segments : 1));
  const positions = new Float32Array(start.length * grid.length);
  positions.set(start);
  let x = start;
  for (let i = 0; i + 1 < grid.length; i++) {
    const [t, h] = [grid[i] ?? 0, (grid[i + 1] ?? 0) - (grid[i] ?? 0)];
    const slopes: Float32Array[] = [];
    for (let stage = 0; stage < b.length; stage++) {
      const at = combined(x, slopes, a[stage] ?? [], h);
      const time = new Float32Array(count).fill(Math.min(interval[1], t + (c[stage] ?? 0) * h));
      const { v } = await model.run({ x: hostTensor(at, [count, 2]), t: hostTensor(time, [count]) });
      slopes.push(Float32Array.from((v?.data ?? []) as Float32Array));
    }
    x = combined(x, slopes, b, h);
    positions.set(x, (i + 1) * x.length);
  }
  return { count, times: grid, positions, nfe: (grid.length - 1) * b.length };
}

const combined = (x: Float32Array, slopes: readonly Float32Array[], weights: readonly number[], h: number): Float32Array =>
  x.map((value, i) => slopes.reduce((sum, slope, j) => sum + h * (weights[j] ?? 0) * (slope[i] ?? 0), value));
