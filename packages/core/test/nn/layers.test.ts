import type { HostTensor, Tensor } from "@fluxion/graph";
import { hostTensor, input, referenceRuntime, trace } from "@fluxion/graph";
import { Key, nn } from "fluxion";
import { describe, expect, it } from "vitest";

/** Applies a module with given parameter values to one input. */
async function applied(
  module: nn.Module,
  params: Readonly<Record<string, readonly number[]>>,
  x: readonly number[],
  shape: readonly number[],
): Promise<{ shape: readonly number[]; data: number[] }> {
  const specs = Object.entries(module.parameters).map(([name, spec]) => [name, input(spec.shape)] as const);
  const program = trace("layer", { ...Object.fromEntries(specs), x: input(shape) }, (tensors) => {
    const { x: at, ...rest } = tensors as Record<string, Tensor> & { x: Tensor };
    return { y: module.apply(rest, at) };
  });
  const feeds = Object.entries(module.parameters).map(([name, spec]) => [
    name,
    hostTensor(params[name] ?? [], spec.shape, "float64"),
  ]);
  const executable = await referenceRuntime().compile(program);
  const { y } = await executable.run({ ...(Object.fromEntries(feeds) as Record<string, HostTensor>), x: hostTensor(x, shape, "float64") });
  return { shape: y.shape, data: Array.from(y.data, Number) };
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("nn", () => {
  it("linear multiplies by a weight [inputs, outputs] and adds the bias", async () => {
    const y = await applied(nn.linear(2, 3), { weight: [1, 2, 3, 4, 5, 6], bias: [10, 20, 30] }, [1, -1], [1, 2]);
    expect(y).toEqual({ shape: [1, 3], data: [7, 17, 27] });
  });

  it("conv2d pads by half its kernel and strides", async () => {
    const conv = nn.conv2d(1, 1, { stride: 2 });
    const y = await applied(conv, { weight: Array<number>(9).fill(1), bias: [100] }, range(16), [1, 1, 4, 4]);
    expect(y).toEqual({ shape: [1, 1, 2, 2], data: [110, 124, 151, 190] });
  });

  it("groupNorm standardises each group, then scales and shifts each channel", async () => {
    const y = await applied(nn.groupNorm(2, 1), { weight: [1, 2], bias: [0, 5] }, [-1, -1, 1, 1], [1, 2, 1, 2]);
    [-1, -1, 7, 7].forEach((value, i) => {
      expect(y.data[i]).toBeCloseTo(value, 4);
    });
  });

  it("selfAttention with equal keys adds the mean of the values", async () => {
    const attention = nn.selfAttention(2, { heads: 1, groups: 1 });
    const params = {
      "norm.weight": [0, 0],
      "norm.bias": [1, 2], // every pixel reads as (1, 2)
      "qkv.weight": [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1],
      "qkv.bias": [0, 0, 0, 0, 0, 0],
      "out.weight": [1, 0, 0, 1],
      "out.bias": [0, 0],
    };
    const y = await applied(attention, params, [1, 2, 3, 4], [1, 2, 1, 2]);
    [2, 3, 5, 6].forEach((value, i) => {
      expect(y.data[i]).toBeCloseTo(value, 6);
    });
  });

  it("downsample and upsample average and repeat pixels without their convolutions", async () => {
    const half = await applied(nn.downsample(1, { conv: false }), {}, range(8), [1, 1, 2, 4]);
    expect(half).toEqual({ shape: [1, 1, 1, 2], data: [2.5, 4.5] });
    const twice = await applied(nn.upsample(1, { conv: false }), {}, [1, 2], [1, 1, 1, 2]);
    expect(twice).toEqual({ shape: [1, 1, 2, 4], data: [1, 1, 2, 2, 1, 1, 2, 2] });
    expect(nn.downsample(3).parameters["conv.weight"]?.shape).toEqual([3, 3, 3, 3]);
    expect(nn.upsample(3).parameters["conv.weight"]?.shape).toEqual([3, 3, 3, 3]);
  });

  it("dropout without a mask is the identity, and refuses rates that drop all", async () => {
    expect((await applied(nn.dropout(0.5, [2]), {}, [1, 2], [1, 2])).data).toEqual([1, 2]);
    expect(nn.dropout(0.5, [2]).masks).toEqual({ mask: [2] });
    expect(nn.dropout(0.001, [2]).masks).toEqual({});
    expect(() => nn.dropout(0.999, [2])).toThrow("dropout: rate: expected a number from 0 to 255/256, got 0.999");
    expect(() => nn.dropout(NaN, [2])).toThrow("dropout: rate: expected a number from 0 to 255/256, got NaN");
  });

  it("spaceToDepth folds squares into channels and depthToSpace unfolds them", async () => {
    const fold: nn.Module = { parameters: {}, apply: (_, x) => nn.spaceToDepth(x, 2) };
    const there = await applied(fold, {}, range(16), [1, 1, 4, 4]);
    expect(there).toEqual({ shape: [1, 4, 2, 2], data: [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15] });
    const roundTrip: nn.Module = { parameters: {}, apply: (_, x) => nn.depthToSpace(nn.spaceToDepth(x, 2), 2) };
    expect((await applied(roundTrip, {}, range(48), [1, 3, 4, 4])).data).toEqual(range(48));
  });

  it("time embeddings are sines and cosines of ωt", async () => {
    const y = await applied(nn.fourierTime([Math.PI]), {}, [0, 0.5, 1], [3]);
    [0, 1, 1, 0, 0, -1].forEach((value, i) => {
      expect(y.data[i]).toBeCloseTo(value, 6);
    });
    const s = await applied(nn.sinusoidalTime(4), {}, [0.25], [1]);
    [Math.sin(250), Math.sin(2.5), Math.cos(250), Math.cos(2.5)].forEach((value, i) => {
      expect(s.data[i]).toBeCloseTo(value, 4);
    });
    expect(await applied(nn.plainTime(), {}, [0.25], [1])).toEqual({ shape: [1, 1], data: [0.25] });
    expect(() => nn.sinusoidalTime(3)).toThrow("sinusoidalTime: size: expected an even number from 2, got 3");
  });

  it("compose names parameters by dotted path and refuses missing ones", async () => {
    const net = nn.compose(
      { first: nn.linear(1, 1), rest: [nn.linear(1, 1), nn.linear(1, 1)], none: undefined },
      ({ first, rest, none }, x: Tensor) => {
        expect(none).toBeUndefined();
        return rest.reduce((h, layer) => layer(h), first(x));
      },
    );
    expect(Object.keys(net.parameters)).toEqual(
      ["first", "rest.0", "rest.1"].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
    );
    const ones = Object.fromEntries(Object.keys(net.parameters).map((name) => [name, [2]]));
    expect((await applied(net, ones, [1], [1, 1])).data).toEqual([22]);
    expect(() => trace("missing", { x: input([1, 1]) }, ({ x }) => ({ y: net.apply({}, x) }))).toThrow(
      'apply: expected the parameter "first.weight", got none',
    );
  });

  it("initialisers are pure and bounded", () => {
    const spec = nn.uniformFanIn([4, 25], 25);
    const values = spec.init(Key.from("init"));
    expect(values).toHaveLength(100);
    expect(spec.init(Key.from("init"))).toEqual(values);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2);
    expect(nn.filled([2], 3).init(Key.from(0))).toEqual(Float32Array.of(3, 3));
  });
});

describe("blocks with their own initial parameters", () => {
  /** Applies a block to inputs of the given shapes, whose values are sines. */
  async function started(block: nn.Module<readonly [Tensor, Tensor]> | nn.Module, ...shapes: readonly (readonly number[])[]) {
    const key = Key.from("start");
    const params = Object.fromEntries(
      Object.entries(block.parameters).map(([name, { shape, init }]) => [name, hostTensor(Float64Array.from(init(key.child(name))), shape)]),
    );
    const inputs = Object.fromEntries(
      shapes.map((shape, i) => [`x${String(i)}`, hostTensor(Float64Array.from(range(shape.reduce((a, b) => a * b, 1)), (j) => Math.sin(j + 100 * i + 1)), shape)]),
    );
    const all = { ...params, ...inputs };
    const program = trace("block", Object.fromEntries(Object.entries(all).map(([name, { shape }]) => [name, input(shape)])), (tensors) => ({
      y: (block as nn.Module<readonly Tensor[]>).apply(tensors, ...Object.keys(inputs).map((name) => tensors[name] as Tensor)),
    }));
    const { y } = await (await referenceRuntime().compile(program)).run(all);
    const numbers = (tensor: HostTensor | undefined): number[] => Array.from(tensor?.data ?? [], Number);
    return { x: numbers(inputs["x0"]), y: numbers(y), params };
  }
  const features = [2, 3] as const;
  const flags = { features: 3, groups: 2, sides: [4, 4] } as const;

  it.each([
    ["admBlock, scaled and shifted", nn.admBlock(4, 4, { ...flags, scaleShift: true }), [[2, 4, 4, 4], features]],
    ["admBlock, told by addition", nn.admBlock(4, 4, { ...flags, scaleShift: false, dropout: 0.5 }), [[2, 4, 4, 4], features]],
    ["residualBlock", nn.residualBlock(4, 4, { time: 3, groups: 2 }), [[2, 4, 4, 4], features]],
    ["selfAttention", nn.selfAttention(4, { heads: 2, groups: 2 }), [[2, 4, 3, 2]]],
    ["ditBlock", nn.ditBlock(4, 2), [[2, 5, 4], [2, 4]]],
  ] as const)("are the identity: %s", async (_name, block, shapes) => {
    const { x, y } = await started(block, ...shapes);
    expect(y).toEqual(x);
  });

  it("are their skip where the resolution changes", async () => {
    const one = { ...flags, groups: 1, scaleShift: true } as const;
    const { x, y: down } = await started(nn.admBlock(1, 1, { ...one, sides: [1, 2], resample: "down" }), [1, 1, 2, 4], [1, 3]);
    [0, 2].forEach((column, i) => {
      const mean = [column, column + 1, column + 4, column + 5].reduce((sum, at) => sum + (x[at] ?? NaN) / 4, 0);
      expect(down[i]).toBeCloseTo(mean, 12);
    });
    const { x: few, y: up } = await started(nn.admBlock(1, 1, { ...one, sides: [2, 4], resample: "up" }), [1, 1, 1, 2], [1, 3]);
    const [a, b] = few;
    expect(up).toEqual([a, a, b, b, a, a, b, b]);
  });

  it.each([
    ["admBlock", nn.admBlock(2, 4, { ...flags, scaleShift: true })],
    ["residualBlock", nn.residualBlock(2, 4, { time: 3, groups: 2 })],
  ] as const)("are their skip where the channels change: %s", async (_name, block) => {
    const { x, y, params } = await started(block, [1, 2, 1, 3], [1, 3]);
    const [weight, bias] = ["skip.weight", "skip.bias"].map((name) => Array.from(params[name]?.data ?? [], Number)) as [number[], number[]];
    expect(weight.some((value) => value !== 0)).toBe(true);
    y.forEach((value, i) => {
      const [channel, pixel] = [Math.floor(i / 3), i % 3];
      const skipped = (bias[channel] ?? NaN) + [0, 1].reduce((sum, c) => sum + (weight[2 * channel + c] ?? NaN) * (x[3 * c + pixel] ?? NaN), 0);
      expect(value).toBeCloseTo(skipped, 12);
    });
  });
});
