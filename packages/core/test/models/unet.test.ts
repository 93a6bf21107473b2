import { initParameters, Key, modelFromConfig, parameterCount, unet } from "fluxion";
import { describe, expect, it } from "vitest";
import { compileModel, distance, gradientErrors, pick, randomFeeds, values } from "./harness.ts";

const tiny = { image: [1, 4, 4], channels: 2, multiples: [1, 2], blocks: 1, attention: [2], groups: 1 } as const;
const folded = {
  image: [1, 8, 4],
  channels: 2,
  multiples: [1, 2],
  blocks: 1,
  attention: [4],
  patch: 2,
  groups: 1,
} as const;

describe("unet", () => {
  it("has the parameters that a hand count gives", () => {
    const conv = (i: number, o: number, k = 3) => i * o * k * k + o;
    const linear = (i: number, o: number) => i * o + o;
    const residual = (i: number, o: number) =>
      2 * i + conv(i, o) + linear(16, 2 * o) + conv(o, o) + (i === o ? 0 : conv(i, o, 1));
    const attention = (c: number) => 2 * c + conv(c, 3 * c, 1) + conv(c, c, 1);
    const expected =
      linear(8, 16) +
      linear(16, 16) + // time
      conv(3, 4) + // stem
      2 * residual(4, 4) +
      conv(4, 8) +
      2 * residual(8, 8) +
      2 * attention(8) + // down
      2 * residual(8, 8) +
      attention(8) + // middle
      2 * residual(16, 8) +
      2 * attention(8) +
      conv(8, 4) +
      2 * residual(8, 4) + // up
      2 * 4 +
      conv(4, 3); // head
    const model = unet({ image: [3, 8, 8], channels: 4, multiples: [1, 2], blocks: 2 });
    expect(parameterCount(model)).toBe(expected);
    expect(Object.keys(model.parameters)).toContain("down.1.0.attention.qkv.weight");
  });

  it.each([
    ["patch 1", tiny],
    ["patch 2", folded],
  ])("has gradients that agree with finite differences: %s", async (_, options) => {
    const model = unet(options);
    const errors = await gradientErrors(model, 2);
    expect(Object.keys(errors)).toEqual(Object.keys(model.parameters));
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-6);
  });

  it("predicts zero at first", async () => {
    const model = unet({ ...tiny, image: [2, 4, 8] });
    const feeds = { ...randomFeeds(model, 3), params: initParameters(model, Key.from(0)) };
    const { out } = await (await compileModel(model))(feeds);
    expect(out.shape).toEqual([3, 2, 4, 8]);
    expect(values(out).every((value) => value === 0)).toBe(true);
  });

  it.each([
    ["patch 1", tiny],
    ["patch 2", folded],
  ])("gives the same for a named batch as for a fixed one, and treats examples apart: %s", async (_, options) => {
    const model = unet(options);
    const feeds = randomFeeds(model, 3);
    const named = await compileModel(model);
    const { out } = await named(feeds);
    expect(out.shape).toEqual([3, ...options.image]);
    expect(distance(out, (await (await compileModel(model, { batch: 3 }))(feeds)).out)).toBe(0);
    const rows = [2, 0, 1];
    const permuted = { ...feeds, xt: pick(feeds.xt, rows), t: pick(feeds.t, rows) };
    expect(distance((await named(permuted)).out, pick(out, rows))).toBeLessThan(1e-12);
  });

  it("reads the time and every pixel", async () => {
    const model = unet(tiny);
    const feeds = randomFeeds(model, 1);
    const run = await compileModel(model);
    const { out } = await run(feeds);
    const data = Float64Array.from(values(feeds.xt));
    data[0] = (data[0] ?? 0) + 1;
    const moved = values((await run({ ...feeds, xt: { ...feeds.xt, data } })).out);
    expect(moved.every((value, i) => value !== values(out)[i])).toBe(true);
    const later = await run({ ...feeds, t: { ...feeds.t, data: Float64Array.of(0.123) } });
    expect(distance(later.out, out)).toBeGreaterThan(1e-3);
  });

  it("is rebuilt from its configuration", async () => {
    const model = unet({ ...folded, heads: 1 });
    const again = modelFromConfig(JSON.parse(JSON.stringify(model.config)) as Record<string, unknown>);
    expect(again.config).toEqual(model.config);
    const feeds = randomFeeds(model, 2);
    expect(
      distance((await (await compileModel(again))(feeds)).out, (await (await compileModel(model))(feeds)).out),
    ).toBe(0);
  });

  it("attends at the coarsest level by default, and nowhere if told so", () => {
    expect(unet({ image: [1, 28, 28] }).config).toMatchObject({ attention: [7], heads: 4, groups: 8, patch: 1 });
    const without = unet({ image: [1, 28, 28], attention: [] });
    expect(Object.keys(without.parameters).filter((name) => name.includes("attention"))).toEqual([]);
  });

  it.each([
    [{}, "unet: image: expected a list of 3 whole numbers, got undefined"],
    [{ image: [28, 28] }, "unet: image: expected a list of 3 whole numbers, got [28,28]"],
    [{ image: [1, 28, 0] }, "unet: image[2]: expected a whole number from 1, got 0"],
    [
      { image: [1, 28, 28], multiples: [1, 2, 2, 2] },
      "unet: image: expected sides divisible by 8 (patch 1, halved 3 times), got 28×28",
    ],
    [{ image: [1, 28, 28], patch: 4 }, "unet: image: expected sides divisible by 16"],
    [{ image: [1, 28, 28], multiples: [] }, "unet: multiples: expected at least one level, got []"],
    [{ image: [1, 28, 28], multiples: [1, 1.5] }, "unet: multiples[1]: expected a whole number from 1, got 1.5"],
    [{ image: [1, 28, 28], attention: [8] }, "unet: attention: expected heights of feature maps (28, 14, 7), got 8"],
    [{ image: [1, 28, 28], heads: 5 }, "unet: heads: expected a divisor of 32, got 5"],
    [{ image: [1, 28, 28], groups: 5 }, "unet: groups: expected a divisor of 32, got 5"],
    [{ image: [1, 28, 28], blocks: 0 }, "unet: blocks: expected a whole number from 1, got 0"],
    [{ image: [1, 28, 28], dropout: 0.1 }, 'unet: unknown option "dropout"'],
  ])("refuses %j", (options, message) => {
    expect(() => unet(options as never)).toThrow(message);
  });
});
