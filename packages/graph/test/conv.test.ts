/** @file Convolutions, pools and resizing against PyTorch, at ties, and what they refuse. */
import * as g from "@fluxion/graph";
import { hostTensor, input, interpretProgram, lower, sizeOf, trace } from "@fluxion/graph";
import type { HostTensor, Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";

const wave = (shape: readonly number[]): HostTensor =>
  hostTensor(Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + 0.5)), shape);
const values = (x: HostTensor | undefined): Float64Array => x?.data as Float64Array;

/** What PyTorch 2.13 computes in float64: the first three values and their sum; of each gradient of Σ y cos(0.7 i) its second value and Σ i·value. */
interface Golden {
  readonly shapes: readonly (readonly number[])[];
  readonly call: (x: Tensor, w: Tensor) => Tensor;
  readonly shape: readonly number[];
  readonly first: readonly [number, number, number];
  readonly sum: number;
  readonly gradients: readonly (readonly [number, number])[];
}

const goldens: Readonly<Record<string, Golden>> = {
  conv2d: {
    shapes: [[2, 4, 6, 5], [6, 2, 3, 2]],
    call: (x, w) => g.conv2d(x, w, { stride: [2, 1], padding: [2, 1], dilation: [1, 2], groups: 2 }),
    shape: [2, 6, 4, 5], first: [0.6718813869, -0.2044108879, -1.5622594853], sum: -4.8186933753,
    gradients: [[-0.6771942988, -369.88665804], [0.3477513459, -64.15696518]],
  },
  convTranspose2d: {
    shapes: [[2, 4, 6, 5], [4, 3, 3, 2]],
    call: (x, w) => g.convTranspose2d(x, w, { stride: [2, 3], padding: [1, 0], outputPadding: [1, 2], dilation: [2, 1], groups: 2 }),
    shape: [2, 6, 14, 16], first: [0, 0, 0], sum: -0.1958634565,
    gradients: [[-1.1937164876, -68.13515558], [-0.5905470125, -502.67304275]],
  },
  conv1d: {
    shapes: [[2, 4, 9], [2, 2, 3]],
    call: (x, w) => g.conv1d(x, w, { stride: 2, padding: 2, dilation: 2, groups: 2 }),
    shape: [2, 2, 5], first: [1.1837591078, -0.4979069926, -0.0825024145], sum: 0.0280877552,
    gradients: [[0, 230.15899408], [0.3950446795, 5.92488945]],
  },
  convTranspose1d: {
    shapes: [[2, 4, 9], [4, 2, 3]],
    call: (x, w) => g.convTranspose1d(x, w, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    shape: [2, 4, 18], first: [0.5293363827, 1.568568341, 0.8082580563], sum: -0.5564158779,
    gradients: [[-0.621443512, -10.80910227], [1.952684571, -185.84561875]],
  },
  maxPool2d: {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.maxPool2d(x, [3, 2], { stride: [2, 1], padding: [1, 1] }),
    shape: [2, 4, 3, 6], first: [0.6569865987, 0.9738476309, 0.9738476309], sum: 56.8806394764,
    gradients: [[0.9348093302, -46.07659996]],
  },
  "avgPool2d, padding counted": {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.avgPool2d(x, [3, 2], { stride: [2, 1], padding: [1, 1], countIncludePad: true }),
    shape: [2, 4, 3, 6], first: [0.1894020229, 0.5020719337, 0.2905455576], sum: 0.6226152722,
    gradients: [[0.155801555, 231.07816754]],
  },
  "avgPool2d, padding left out": {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.avgPool2d(x, [3, 2], { stride: [2, 1], padding: [1, 1] }),
    shape: [2, 4, 3, 6], first: [0.5682060687, 0.7531079005, 0.4358183365], sum: 4.1044256712,
    gradients: [[0.2337023325, -44.15184634]],
  },
  "resizeBilinear by size": {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.resizeBilinear(x, { size: [9, 4] }),
    shape: [2, 4, 9, 4], first: [0.5412283001, 0.6242475177, -0.5791585478], sum: 4.0126191047,
    gradients: [[0.251494756, 68.1400913]],
  },
  "resizeBilinear, aligned corners": {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.resizeBilinear(x, { size: [9, 4], alignCorners: true }),
    shape: [2, 4, 9, 4], first: [0.4794255386, 0.6630919747, -0.6205411618], sum: 7.9867383249,
    gradients: [[0.2757806197, 66.89273393]],
  },
  "resizeBilinear by scale": {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.resizeBilinear(x, { scale: [1.7, 0.6] }),
    shape: [2, 4, 10, 3], first: [0.6442329027, 0.0415806624, -0.6843243864], sum: -0.4609530542,
    gradients: [[0.2245879508, -322.19594184]],
  },
  "resizeNearest by size": {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.resizeNearest(x, { size: [9, 3] }),
    shape: [2, 4, 9, 3], first: [0.4794255386, 0.0415806624, -0.5506855426], sum: 8.1170510818,
    gradients: [[0, -117.67614079]],
  },
  "resizeNearest by scale": {
    shapes: [[2, 4, 6, 5]],
    call: (x) => g.resizeNearest(x, { scale: [0.5, 1.7] }),
    shape: [2, 4, 3, 8], first: [0.6569865987, 0.6569865987, 0.9021718338], sum: -0.057705928,
    gradients: [[0, 319.41034016]],
  },
};

it.each(Object.entries(goldens))("%s computes what PyTorch does", (_name, { shapes, call, shape, first, sum, gradients }) => {
  const specs = { x: input(shapes[0] ?? []), w: input(shapes[1] ?? []) };
  const program = trace("golden", specs, ({ x, w }) => {
    const y = call(x, w);
    const weights = Float64Array.from({ length: sizeOf(y.shape as number[]) }, (_, i) => Math.cos(0.7 * i));
    const loss = g.sum(g.mul(y, g.constant(weights, y.shape as number[])));
    return { y, ...Object.fromEntries(g.grad(loss, [x, w].slice(0, shapes.length)).map((gx, i) => [`g${String(i)}`, gx])) };
  });
  const run = interpretProgram(program, { x: wave(shapes[0] ?? []), w: wave(shapes[1] ?? []) });
  const y = values(run["y"]);
  expect(run["y"]?.shape).toEqual(shape);
  first.forEach((value, i) => expect(y[i]).toBeCloseTo(value, 9));
  expect(y.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 9);
  gradients.forEach(([second, weighted], i) => {
    const gradient = values(run[`g${String(i)}`]);
    expect(gradient[1]).toBeCloseTo(second, 9);
    expect(gradient.reduce((total, value, j) => total + value * j, 0)).toBeCloseTo(weighted, 7);
  });
});

/** The gradient of the sum of a pool's squares. */
function gradient(data: readonly number[], shape: readonly number[], call: (x: Tensor) => Tensor): number[] {
  const program = trace("gradient", { x: input(shape) }, ({ x }) => ({ gx: g.grad(g.sum(g.square(call(x))), [x])[0] }));
  return [...values(interpretProgram(program, { x: hostTensor(Float64Array.from(data), shape) })["gx"])];
}

describe("a max pool", () => {
  it("shares the derivative among ties", () => {
    expect(gradient([3, 3, 1, 0, 5, 5, 5, 5], [1, 2, 2, 2], (x) => g.maxPool2d(x, 2))).toEqual([3, 3, 0, 0, 2.5, 2.5, 2.5, 2.5]);
  });
  it("gives padding no share, though it is 0 where derivatives are taken", () => {
    expect(gradient([0, -1, -2, -2], [1, 1, 4], (x) => g.add(g.maxPool1d(x, 3, { stride: 2, padding: 1 }), 3))).toEqual([6, 4, 0, 0]);
    expect(gradient([0, 0, 0, 0], [1, 1, 2, 2], (x) => g.add(g.maxPool2d(x, 2, { padding: 1 }), 1))).toEqual([2, 2, 2, 2]);
  });
  it("ignores pixels that no window sees", () => {
    expect(gradient([1, 2, 9], [1, 1, 3], (x) => g.maxPool1d(x, 2))).toEqual([0, 4, 0]);
  });
});

it("resizes by the stated coordinates", () => {
  const row = (call: (x: Tensor) => Tensor): number[] => {
    const program = trace("row", { x: input([1, 1, 1, 4]) }, ({ x }) => ({ y: call(x) }));
    return [...values(interpretProgram(program, { x: hostTensor(Float64Array.of(0, 10, 20, 30), [1, 1, 1, 4]) })["y"])];
  };
  expect(row((x) => g.resizeNearest(x, { size: [1, 2] }))).toEqual([10, 30]);
  expect(row((x) => g.resizeNearest(x, { size: [1, 8] }))).toEqual(row((x) => g.upsampleNearest(x, [1, 2])));
  expect(row((x) => g.resizeBilinear(x, { scale: [1, 2] }))).toEqual([0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30]);
  expect(row((x) => g.resizeBilinear(x, { size: [1, 7], alignCorners: true }))).toEqual([0, 5, 10, 15, 20, 25, 30]);
  expect(row((x) => g.resizeBilinear(x, { size: [1, 4] }))).toEqual([0, 10, 20, 30]);
});

describe("what convolutions, pools and resizing refuse", () => {
  const refuse = (fn: (x: Tensor, w: Tensor) => Tensor, message: RegExp | string, x: readonly (number | string)[] = ["batch", 4, 5, 6], w: readonly (number | string)[] = [6, 4, 3, 3]): void => {
    expect(() => trace("bad", { x: input(x), w: input(w) }, (all) => ({ y: fn(all.x, all.w) }))).toThrow(message);
  };
  it("shapes", () => {
    refuse((x, w) => g.conv2d(x, w), "conv2d: expected x [n, c, h, w], got [batch, 5]", ["batch", 5]);
    refuse((x, w) => g.conv1d(x, w), "conv1d: expected x [n, c, l], got [batch, 4, 5, 6]");
    refuse((x, w) => g.conv2d(x, w), "conv2d: expected weights [o, c/groups, kh, kw], got [6, 4, 3]", undefined, [6, 4, 3]);
    refuse((x, w) => g.conv2d(x, w), 'conv2d: axis 2 of [batch, 4, height, 6] must have a known size, "height" is named', ["batch", 4, "height", 6]);
    refuse((x, w) => g.conv2d(x, w), "conv2d: expected weights [o, c/groups, kh, kw] with c/groups = 4 for images [batch, 4, 5, 6], got [6, 2, 3, 3]", undefined, [6, 2, 3, 3]);
    refuse((x, w) => g.convTranspose2d(x, w), "convTranspose2d: expected weights [c, o/groups, kh, kw] with c = 4 for images [batch, 4, 5, 6], got [6, 4, 3, 3]");
    refuse((x, w) => g.convTranspose1d(x, w), "convTranspose1d: expected weights [c, o/groups, k], got [4, 2]", [2, 4, 5], [4, 2]);
    refuse((x) => g.maxPool1d(x, 2), "maxPool1d: expected x [n, c, l], got [batch, 4, 5, 6]");
    refuse((x) => g.resizeBilinear(x, { scale: 2 }), "resizeBilinear: expected x [n, c, h, w], got [3, 4]", [3, 4]);
    refuse((x) => g.upsampleNearest(x, 2), "upsampleNearest: expected x [n, c, h, w], got [3, 4]", [3, 4]);
  });
  it("groups", () => {
    refuse((x, w) => g.conv2d(x, w, { groups: 3 }), "conv2d: expected a number of groups that divides the 4 input channels and 6 output channels, got 3");
    refuse((x, w) => g.conv2d(x, w, { groups: 4 }), "conv2d: expected a number of groups that divides the 4 input channels and 6 output channels, got 4");
    refuse((x, w) => g.conv2d(x, w, { groups: 0 }), /groups that divides .*, got 0/);
    refuse((x, w) => g.convTranspose2d(x, w, { groups: 3 }), "convTranspose2d: expected a number of groups that divides the 4 input channels, got 3");
  });
  it("windows that do not fit", () => {
    refuse((x, w) => g.conv2d(x, w), "conv2d: a window of 7×7 does not fit into 5×6 with padding 0×0", undefined, [6, 4, 7, 7]);
    refuse((x, w) => g.conv2d(x, w, { dilation: 3 }), "conv2d: a window of 3×3, dilated 7×7, does not fit into 5×6 with padding 0×0");
    refuse((x, w) => g.conv1d(x, w, { padding: 1 }), "conv1d: a window of 8 does not fit into 5 with padding 1", [2, 4, 5], [6, 4, 8]);
    refuse((x) => g.maxPool2d(x, [6, 2]), "maxPool2d: a window of 6×2 does not fit into 5×6 with padding 0×0");
    refuse((x) => g.avgPool1d(x, 6), "avgPool1d: a window of 6 does not fit into 5 with padding 0", [2, 4, 5]);
    refuse((x, w) => g.convTranspose2d(x, w, { padding: 4 }), "convTranspose2d: the result would have the size -1×0, from 5×6 by a window of 3×3 with padding 4×4", undefined, [4, 2, 3, 3]);
  });
  it("options", () => {
    refuse((x, w) => g.conv2d(x, w, { stride: 0 }), "conv2d: expected stride as a whole number from 1 or a pair [h, w] of them, got 0");
    refuse((x, w) => g.conv2d(x, w, { padding: [1, -1] }), "conv2d: expected padding as a whole number from 0 or a pair [h, w] of them, got [1,-1]");
    refuse((x, w) => g.conv2d(x, w, { dilation: [1, 2, 3] as never }), "conv2d: expected dilation as a whole number from 1 or a pair [h, w] of them, got [1,2,3]");
    refuse((x, w) => g.conv2d(x, w, { padding: "valid" as never }), 'conv2d: expected padding as a whole number from 0 or a pair [h, w] of them, got "valid"');
    refuse((x, w) => g.conv1d(x, w, { stride: [1, 2] as never }), "conv1d: expected stride as a whole number from 1, got [1,2]", [2, 4, 5], [6, 4, 3]);
    refuse((x, w) => g.conv2d(x, w, { padding: "same", stride: 2 }), 'conv2d: padding "same" is for stride 1 and odd kernels, got stride 2×2 and 3×3 taps');
    refuse((x, w) => g.conv2d(x, w, { padding: "same" }), 'conv2d: padding "same" is for stride 1 and odd kernels, got stride 1×1 and 3×2 taps', undefined, [6, 4, 3, 2]);
    refuse((x, w) => g.convTranspose2d(x, w, { stride: 2, outputPadding: [1, 2] }), "convTranspose2d: expected outputPadding below the stride 2×2, got 1×2", undefined, [4, 2, 3, 3]);
    refuse((x) => g.maxPool2d(x, 2, { padding: 2 }), "maxPool2d: expected padding below the 2×2 window, got 2×2");
    refuse((x) => g.avgPool2d(x, 1.5), "avgPool2d: expected a window as a whole number from 1 or a pair [h, w] of them, got 1.5");
    refuse((x) => g.upsampleNearest(x, 0.5), "upsampleNearest: expected a factor as a whole number from 1 or a pair [h, w] of them, got 0.5");
    refuse((x) => g.resizeNearest(x, {}), "resizeNearest: expected either size or scale, got neither");
    refuse((x) => g.resizeNearest(x, { size: [1, 1], scale: 2 }), "resizeNearest: expected either size or scale, got both");
    refuse((x) => g.resizeBilinear(x, { size: [0, 1] }), "resizeBilinear: expected size as a whole number from 1 or a pair [h, w] of them, got [0,1]");
    refuse((x) => g.resizeBilinear(x, { scale: [0.1, 1] }), "resizeBilinear: expected a scale above 0 that leaves a pixel of the 5×6 image, got [0.1,1]");
    refuse((x) => g.resizeBilinear(x, { scale: NaN }), /expected a scale above 0/);
  });
  it("types", () => {
    refuse((x, w) => g.conv2d(x, g.cast(w, "float64")), /conv2d: expected operands of one type, got float32\[batch, 4, 5, 6\] and float64\[6, 4, 3, 3\]; use cast/);
    refuse((x) => g.maxPool2d(g.cast(x, "int32"), 2), /maxPool2d: expected a float tensor, got int32/);
  });
  it("what ONNX Runtime has no float64 kernel for, and only that", () => {
    const lowered = (fn: (x: Tensor) => Tensor): Uint8Array => lower(trace("double", { x: input([2, 2, 4, 4], "float64") }, ({ x }) => ({ y: fn(x) })));
    expect(() => lowered((x) => g.conv2d(x, g.ones([1, 2, 3, 3], "float64")))).toThrow(/conv2d: ONNX Runtime has no float64 kernel for Conv;/);
    expect(() => lowered((x) => g.convTranspose2d(x, g.ones([2, 1, 3, 3], "float64"), { stride: 2 }))).toThrow(/no float64 kernel for ConvTranspose;/);
    expect(() => lowered((x) => g.avgPool2d(x, 2))).toThrow(/avgPool2d: ONNX Runtime has no float64 kernel for AveragePool;/);
    expect(() => lowered((x) => g.upsampleNearest(x, 2))).toThrow(/upsampleNearest: ONNX Runtime has no float64 kernel for Resize;/);
    expect(lowered((x) => g.grad(g.sum(g.square(g.maxPool2d(x, 2))), [x])[0]).length).toBeGreaterThan(50);
    expect(lowered((x) => g.resizeBilinear(x, { size: [3, 5] })).length).toBeGreaterThan(50);
  });
});
