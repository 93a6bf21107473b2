/** @file Convolutions, pools and resizing of any geometry: ONNX Runtime against the interpreter, for both targets. */
import * as g from "@fluxion/graph";
import { hostTensor, input, interpretProgram, lower, sizeOf, trace } from "@fluxion/graph";
import type { HostTensor, Program, Target, Tensor } from "@fluxion/graph";
import fc from "fast-check";
import { nodeRuntime, profileProgram } from "@fluxion/node";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";

const wave = (shape: readonly number[], seed: number): HostTensor =>
  hostTensor(Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed)), shape);

type Feeds = Readonly<Record<string, HostTensor>>;

async function agree(program: Program, feeds: Feeds, target: Target): Promise<void> {
  const session = await ort.InferenceSession.create(lower(program, { target }), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const given = Object.entries(feeds).map(([name, { data, shape }]) => [name, new ort.Tensor("float32", data as Float32Array, shape)]);
  const fast = await session.run(Object.fromEntries(given) as Record<string, ort.Tensor>);
  await session.release();
  asInterpreted(program, feeds, Object.fromEntries(Object.entries(fast).map(([name, { dims, data }]) => [name, { shape: dims, data }])));
}

function asInterpreted(program: Program, feeds: Feeds, fast: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<unknown> }>>): void {
  for (const [name, { data, shape }] of Object.entries(interpretProgram(program, feeds))) {
    expect(fast[name]?.shape).toEqual(shape);
    const exact = data as Float64Array;
    const scale = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect(Math.max(...exact.map((value, i) => Math.abs(Number(fast[name]?.data[i]) - value) / scale))).toBeLessThan(3e-5);
  }
}

/** Values, gradients and the gradients of a function of these, for a named batch. */
function differentiated(call: (x: Tensor, w: Tensor) => Tensor, x: readonly number[], w: readonly number[], linear: boolean): Program {
  return trace("differentiated", { x: input(["batch", ...x.slice(1)]), w: input(w) }, (all) => {
    const y = call(all.x, all.w);
    const wrt = linear ? [all.x] : [all.x, all.w];
    const first = g.grad(g.sum(g.mul(y, g.square(y))), wrt);
    const second = g.grad(first.map((gx) => g.sum(g.square(gx))).reduce((a, b) => g.add(a, b)), wrt);
    return { y, ...Object.fromEntries([...first, ...second].map((value, i) => [`g${String(i)}`, g.mul(value, 0.1)])) };
  });
}

const pairs = (least: number, most: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
const geometry = fc.record({
  image: pairs(1, 9),
  kernel: pairs(1, 4),
  stride: pairs(1, 3),
  dilation: pairs(1, 3),
  padding: pairs(0, 4),
  batch: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  channels: pairs(1, 3),
  target: fc.constantFrom<Target>("onnxruntime", "portable"),
  flag: fc.boolean(),
});
type Geometry = typeof geometry extends fc.Arbitrary<infer T> ? T : never;

/** Checks an op for geometries that it takes; `call` sees no weights where `weights` gives none. */
async function check(call: (x: Tensor, w: Tensor, geometry: Geometry) => Tensor, weights: (geometry: Geometry) => readonly number[] | undefined): Promise<void> {
  let checked = 0;
  const property = fc.asyncProperty(geometry, async (drawn) => {
    const x = [drawn.batch, drawn.groups * drawn.channels[0], ...drawn.image];
    const w = weights(drawn);
    let program: Program;
    try {
      program = differentiated((a, b) => call(a, b, drawn), x, w ?? [1], w === undefined);
    } catch (error) {
      expect(String(error)).toMatch(/does not fit|would have the size/);
      return;
    }
    checked++;
    await agree(program, { x: wave(x, 1), w: wave(w ?? [1], 2) }, drawn.target);
  });
  await fc.assert(property, { numRuns: 60, seed: 7 });
  expect(checked).toBeGreaterThan(20);
}

it("convolutions", () =>
  check(
    (x, w, { stride, dilation, padding, groups }) => g.conv2d(x, w, { stride, dilation, padding, groups }),
    ({ groups, channels, kernel }) => [groups * channels[1], channels[0], ...kernel],
  ), 60_000);

it("transposed convolutions", () =>
  check(
    (x, w, { stride, dilation, padding, groups, flag }) =>
      g.convTranspose2d(x, w, { stride, dilation, padding, groups, outputPadding: flag ? 0 : [stride[0] - 1, stride[1] - 1] }),
    ({ groups, channels, kernel }) => [groups * channels[0], channels[1], ...kernel],
  ), 60_000);

/** Padding as pools take it. */
const below = ({ kernel, padding }: Geometry): [number, number] => [Math.min(padding[0], kernel[0] - 1), Math.min(padding[1], kernel[1] - 1)];

it("max pools", () =>
  check((x, _w, drawn) => g.maxPool2d(x, drawn.kernel, { stride: drawn.stride, padding: below(drawn) }), () => undefined), 60_000);

it("average pools", () =>
  check(
    (x, _w, drawn) => g.avgPool2d(x, drawn.kernel, { stride: drawn.stride, padding: below(drawn), countIncludePad: drawn.flag }),
    () => undefined,
  ), 60_000);

it("resizing", () =>
  check((x, _w, { kernel, padding, flag }) => {
    const size: [number, number] = [kernel[0] + padding[0], 2 * kernel[1]];
    return flag ? g.resizeNearest(x, { size }) : g.resizeBilinear(x, { size, alignCorners: padding[0] > 1 });
  }, () => undefined), 60_000);

it.each([
  { what: "as large as the image", padding: [1, 1], dilation: [1, 1] },
  { what: "dilated", padding: [2, 3], dilation: [2, 3] },
  { what: "smaller than the image", padding: [0, 1], dilation: [1, 3] },
  { what: "with taps that see nothing", padding: [31, 1], dilation: [31, 1] },
] as const)("weight gradients image by image of what is $what", async ({ padding, dilation }) => {
  const [x, w] = [[3, 8, 30, 34], [5, 8, 3, 3]];
  const program = differentiated((a, b) => g.conv2d(a, b, { padding, dilation }), x, w, false);
  expect(new TextDecoder("latin1").decode(lower(program))).toContain("Scan");
  await agree(program, { x: wave(x, 1), w: wave(w, 2) }, "onnxruntime");
});

const runtime = await nodeRuntime({ threads: 1 });

it("convolutions with channels in blocks, forwards and turned round", async () => {
  const drawn = fc.record({
    image: pairs(3, 6), kernel: pairs(1, 3), stride: pairs(1, 2), dilation: pairs(1, 2), padding: pairs(0, 2), channels: fc.constantFrom([16, 32], [32, 16], [16, 16], [24, 16]),
  });
  const property = fc.asyncProperty(drawn, async ({ image, kernel, stride, dilation, padding, channels: [from = 16, to = 16] }) => {
    const [x, w] = [[2, from, ...image], [to, from, ...kernel]];
    fc.pre([0, 1].every((i) => (image[i] ?? 0) + 2 * (padding[i] ?? 0) > (dilation[i] ?? 1) * ((kernel[i] ?? 1) - 1)));
    const program = trace("blocks", { x: input(["batch", ...x.slice(1)]), w: input(w), bias: input([to]) }, (all) => {
      const y = g.add(g.conv2d(all.x, all.w, { stride, dilation, padding }), g.reshape(all.bias, [to, 1, 1]));
      const [gx, gw] = g.grad(g.mean(g.square(y)), [all.x, all.w]);
      return { y, gx, gw };
    });
    const feeds = { x: wave(x, 1), w: wave(w, 2), bias: wave([to], 3) };
    const executable = await runtime.compile(program);
    asInterpreted(program, feeds, await executable.run(feeds));
    await executable.dispose();
  });
  await fc.assert(property, { numRuns: 25, seed: 7 });
}, 60_000);

it.runIf(process.arch === "x64")("takes the blocked layout where the processor has it", async () => {
  const program = trace("block", { x: input([1, 16, 4, 4]), w: input([16, 16, 3, 3]) }, ({ x, w }) => ({ y: g.conv2d(x, w, { padding: 1 }) }));
  const { byOp } = await profileProgram(program, { x: wave([1, 16, 4, 4], 1), w: wave([16, 16, 3, 3], 2) }, { repeats: 1 });
  expect(byOp.map(({ name }) => name)).toContain("ReorderInput");
});
