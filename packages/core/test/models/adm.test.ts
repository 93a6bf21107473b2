import type { HostTensor } from "@fluxion/graph";
import { hostTensor } from "@fluxion/graph";
import type { AdmOptions } from "fluxion";
import { adm, Key, parameterCount, unet } from "fluxion";
import { describe, expect, it } from "vitest";
import { compileModel, distance, randomFeeds, randomMasks, values } from "./harness.ts";

const tiny = { image: [1, 4, 4], channels: 2, multiples: [1, 2], blocks: 1, attention: [2], groups: 1 } as const;

interface Structure {
  readonly channels: number;
  readonly multiples: readonly number[];
  readonly blocks: number;
  /** Downsampling rates that attend. */
  readonly rates: readonly number[];
  readonly scaleShift: boolean;
  readonly residualResample: boolean;
  readonly convResample?: boolean;
  readonly outputs?: number;
}

/** The parameters of ADM's network, counted by walking through its description with a running width. */
function admCount({ channels, multiples, blocks, rates, outputs = 3, ...flags }: Structure): number {
  const embedding = 4 * channels;
  const conv = (i: number, o: number, k = 3) => i * o * k * k + o;
  const linear = (i: number, o: number) => i * o + o;
  const residual = (i: number, o: number) =>
    2 * i + conv(i, o) + linear(embedding, flags.scaleShift ? 2 * o : o) + 2 * o + conv(o, o) + (i === o ? 0 : conv(i, o, 1));
  const attention = (c: number) => 2 * c + conv(c, 3 * c, 1) + conv(c, c, 1);
  const resample = (c: number) => (flags.residualResample ? residual(c, c) : flags.convResample === false ? 0 : conv(c, c));
  let width = channels * (multiples[0] ?? 1);
  let count = linear(channels, embedding) + linear(embedding, embedding) + conv(3, width);
  let rate = 1;
  const across = [width];
  multiples.forEach((multiple, level) => {
    for (let i = 0; i < blocks; i++) {
      count += residual(width, multiple * channels) + (rates.includes(rate) ? attention(multiple * channels) : 0);
      across.push((width = multiple * channels));
    }
    if (level === multiples.length - 1) return;
    count += resample(width);
    across.push(width);
    rate *= 2;
  });
  count += 2 * residual(width, width) + attention(width);
  for (const [level, multiple] of [...multiples.entries()].reverse()) {
    for (let i = 0; i <= blocks; i++) {
      count += residual(width + (across.pop() ?? NaN), multiple * channels);
      width = multiple * channels;
      if (rates.includes(rate)) count += attention(width);
    }
    if (level === 0) continue;
    count += resample(width);
    rate /= 2;
  }
  return count + 2 * width + conv(width, outputs);
}

describe("adm's parameters", () => {
  const adm128 = { channels: 256, multiples: [1, 1, 2, 3, 4], blocks: 2 } as const;

  it("are those of ADM's ImageNet 128 model: 420.5 million with its output for the variance", () => {
    const count = admCount({ ...adm128, rates: [4, 8, 16], scaleShift: true, residualResample: true, outputs: 6 });
    expect(count).toBe(420_505_606);
    const model = adm({ image: [3, 128, 128], ...adm128, attention: [32, 16, 8], headChannels: 64 });
    expect(parameterCount(model)).toBe(count - 3 * (256 * 9 + 1));
  });

  it("are those of two well-known CIFAR-10 models: 55.7 and 35.7 million", () => {
    const wide = { channels: 128, multiples: [2, 2, 2], blocks: 4, scaleShift: true, residualResample: false, convResample: false } as const;
    expect(admCount({ ...wide, rates: [2] })).toBe(55_676_419);
    expect(parameterCount(adm({ ...wide, image: [3, 32, 32], attention: [16], heads: 1 }))).toBe(55_676_419);
    const deep = { channels: 128, multiples: [1, 2, 2, 2], blocks: 2, scaleShift: false, residualResample: false } as const;
    expect(admCount({ ...deep, rates: [2] })).toBe(35_746_307);
    expect(parameterCount(adm({ ...deep, image: [3, 32, 32], attention: [16], headChannels: 64 }))).toBe(35_746_307);
  });
});

/** First outputs for `randomFeeds`, batch 2, of an implementation of ADM's published structure in PyTorch, float64. */
const goldens: readonly (readonly [string, AdmOptions, readonly number[]])[] = [
  [
    "scale and shift, residual resampling",
    { image: [2, 8, 4], channels: 4, multiples: [1, 2, 2], blocks: 2, attention: [4], headChannels: 4, groups: 2 },
    [0.06986741785155, 0.0509597923467, -0.07763687955564],
  ],
  [
    "added time, convolutions between levels",
    {
      image: [1, 4, 8], channels: 4, multiples: [2, 1], blocks: 1, attention: [4, 2], heads: 2, scaleShift: false,
      residualResample: false, groups: 2,
    },
    [0.2314065475226, 0.3182740801134, 0.1280280796106],
  ],
  [
    "scale and shift, means between levels",
    {
      image: [1, 4, 4], channels: 2, multiples: [1, 2], blocks: 1, attention: [], heads: 1, residualResample: false,
      convResample: false, groups: 1,
    },
    [0.02782289149429, -0.05487636575498, -0.04062820766683],
  ],
];

describe("adm", () => {
  it.each(goldens)("computes what ADM's published structure does: %s", async (_, options, expected) => {
    const model = adm(options);
    const { out } = await (await compileModel(model))(randomFeeds(model, 2));
    expected.forEach((value, i) => {
      expect(values(out)[i]).toBeCloseTo(value, 10);
    });
  });

  it("has ADM's flags by default", () => {
    expect(adm({ image: [3, 32, 32] }).config).toEqual({
      kind: "adm", image: [3, 32, 32], channels: 128, multiples: [1, 2, 2], blocks: 2, attention: [8], heads: 4, scaleShift: true,
      residualResample: true, convResample: true, dropout: 0, groups: 32,
    });
  });

  it.each([
    [{ image: [3, 30, 32] }, "adm: image: expected sides divisible by 4 (halved 2 times), got 30×32; pad the images, or use fewer multiples"],
    [
      { image: [3, 8, 8], multiples: [1, 1, 2, 3, 4] },
      "adm: image: expected sides of at least 16 pixels (halved 4 times), got 8×8, too small for the network; use fewer multiples",
    ],
    [{ image: [3, 32, 32], multiples: [] }, "adm: multiples: expected at least one level, got []"],
    [{ image: [3, 32, 32], attention: [9] }, "adm: attention: expected heights of feature maps (32, 16, 8), got 9"],
    [{ image: [3, 32, 32], heads: 4, headChannels: 64 }, "adm: heads, headChannels: expected one of them, got both; leave one out"],
    [{ image: [3, 32, 32], headChannels: 96 }, "adm: headChannels: expected a divisor of 256, got 96"],
    [{ image: [3, 32, 32], heads: 3 }, "adm: heads: expected a divisor of 128, got 3"],
    [{ image: [3, 32, 32], dropout: 1 }, "adm: dropout: expected a number from 0 to 0.99609375, got 1"],
    [{ image: [3, 32, 32], scaleShift: 1 }, "adm: scaleShift: expected true or false, got 1"],
    [{ image: [3, 32, 32], groups: 48 }, "adm: groups: expected a divisor of 128, got 48"],
    [{ image: [3, 32, 32], patch: 2 }, 'adm: unknown option "patch"'],
  ])("refuses %j", (options, message) => {
    expect(() => adm(options as never)).toThrow(message);
  });
});

describe("dropout in adm", () => {
  const model = adm({ ...tiny, dropout: 0.25 });
  const masked = (batch: number, byte: number): Record<string, HostTensor> =>
    Object.fromEntries(
      Object.entries(model.masks ?? {}).map(([name, shape]) => {
        const size = [batch, ...shape].reduce((a, b) => a * b, 1);
        return [name, hostTensor(new Uint8Array(size).fill(byte), [batch, ...shape])];
      }),
    );

  it("has a mask for the second convolution of every residual block, and none at rate 0", () => {
    const blocks = Object.keys(model.parameters).filter((name) => name.endsWith("conv2.weight"));
    expect(Object.keys(model.masks ?? {})).toEqual(blocks.map((name) => name.replace("conv2.weight", "dropout.mask")));
    expect(model.masks?.["downsample.0.dropout.mask"]).toEqual([2, 2, 2]);
    expect(adm(tiny).masks).toEqual({});
    expect(unet(tiny).masks).toEqual({});
  });

  it("keeps the parameters, and without masks the values", async () => {
    const feeds = randomFeeds(model, 2);
    const same = adm(tiny);
    expect(Object.keys(model.parameters)).toEqual(Object.keys(same.parameters));
    const [on, off] = [await (await compileModel(model))(feeds), await (await compileModel(same))(feeds)];
    expect(distance(on.out, off.out)).toBe(0);
  });

  it("drops values whose bytes lie below 256 times the rate, and scales the others", async () => {
    const feeds = randomFeeds(model, 2);
    const run = await compileModel(model, { masks: true });
    const plain = await compileModel(model);
    const scaled = (by: number) =>
      Object.fromEntries(
        Object.entries(feeds.params).map(([name, value]) => {
          const data = name.endsWith("conv2.weight") ? Float64Array.from(values(value), (w) => by * w) : value.data;
          return [name, hostTensor(data, value.shape)];
        }),
      );
    const dropped = await run({ ...feeds, masks: masked(2, 63) });
    expect(distance(dropped.out, (await plain({ ...feeds, params: scaled(0) })).out)).toBeLessThan(1e-12);
    const kept = await run({ ...feeds, masks: masked(2, 64) });
    expect(distance(kept.out, (await plain({ ...feeds, params: scaled(4 / 3) })).out)).toBeLessThan(1e-12);
  });

  it("has gradients that agree with finite differences", async () => {
    const feeds = { ...randomFeeds(model, 2), masks: randomMasks(model, 2, Key.from("masks")) };
    const { gradients } = await (await compileModel(model, { masks: true, gradients: true }))(feeds);
    const forward = await compileModel(model, { masks: true });
    const name = "down.0.0.residual.conv2.weight";
    const value = feeds.params[name]!;
    const moved = async (by: number) => {
      const data = Float64Array.from(values(value));
      data[4] = (data[4] ?? 0) + by;
      return (await forward({ ...feeds, params: { ...feeds.params, [name]: hostTensor(data, value.shape) } })).loss;
    };
    const numeric = ((await moved(1e-5)) - (await moved(-1e-5))) / 2e-5;
    expect(values(gradients[name])[4]).toBeCloseTo(numeric, 6);
  });
});
