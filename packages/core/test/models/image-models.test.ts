/** @file What every model of images must do. */
import type { Model } from "fluxion";
import { adm, dit, initParameters, Key, modelFromConfig, unet } from "fluxion";
import { describe, expect, it } from "vitest";
import { compileModel, distance, gradientErrors, pick, randomFeeds, values } from "./harness.ts";

const tiny = { image: [1, 4, 4], channels: 2, multiples: [1, 2], blocks: 1, attention: [2], groups: 1 } as const;
const oblong = [1, 8, 4] as const;
const plain = { scaleShift: false, residualResample: false } as const;

const models: Readonly<Record<string, Model>> = {
  unet: unet(tiny),
  "unet with patches": unet({ ...tiny, image: oblong, attention: [4], patch: 2 }),
  adm: adm({ ...tiny, headChannels: 2 }),
  "adm with plain layers": adm({ ...tiny, ...plain, image: oblong, attention: [8], heads: 2 }),
  "adm without convolutions between levels": adm({ ...tiny, residualResample: false, convResample: false, attention: [] }),
  dit: dit({ image: oblong, width: 8, depth: 2, heads: 2, patch: 2 }),
};

describe.each(Object.entries(models))("%s", (_, model) => {
  it("has gradients that agree with finite differences", async () => {
    const errors = await gradientErrors(model, 2);
    expect(Object.keys(errors)).toEqual(Object.keys(model.parameters));
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-6);
  });

  it("predicts zero at first", async () => {
    const feeds = { ...randomFeeds(model, 3), params: initParameters(model, Key.from(0)) };
    const { out } = await (await compileModel(model))(feeds);
    expect(out.shape).toEqual([3, ...model.eventShape]);
    expect(values(out).every((value) => value === 0)).toBe(true);
  });

  it("gives the same for a named batch as for a fixed one, and treats examples apart", async () => {
    const feeds = randomFeeds(model, 3);
    const named = await compileModel(model);
    const { out } = await named(feeds);
    expect(out.shape).toEqual([3, ...model.eventShape]);
    expect(distance(out, (await (await compileModel(model, { batch: 3 }))(feeds)).out)).toBe(0);
    const rows = [2, 0, 1];
    const permuted = { ...feeds, xt: pick(feeds.xt, rows), t: pick(feeds.t, rows) };
    expect(distance((await named(permuted)).out, pick(out, rows))).toBeLessThan(1e-12);
  });

  it("reads the time and every pixel", async () => {
    const feeds = randomFeeds(model, 1);
    const run = await compileModel(model);
    const { out } = await run(feeds);
    const data = Float64Array.from(values(feeds.xt));
    data[0] = (data[0] ?? 0) + 1;
    const moved = values((await run({ ...feeds, xt: { ...feeds.xt, data } })).out);
    expect(moved.every((value, i) => value !== values(out)[i])).toBe(true);
    const later = await run({ ...feeds, t: { ...feeds.t, data: Float64Array.of(0.123) } });
    expect(distance(later.out, out)).toBeGreaterThan(1e-4);
  });

  it("is rebuilt from its configuration", async () => {
    const again = modelFromConfig(JSON.parse(JSON.stringify(model.config)) as Record<string, unknown>);
    expect(again.config).toEqual(model.config);
    const feeds = randomFeeds(model, 2);
    const [a, b] = [await compileModel(again), await compileModel(model)];
    expect(distance((await a(feeds)).out, (await b(feeds)).out)).toBe(0);
  });
});
