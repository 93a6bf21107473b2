/** @file What every network that takes conditions must do with them. */
import type { HostTensor, Tensor } from "@fluxion/graph";
import { hostTensor, input, referenceRuntime, trace } from "@fluxion/graph";
import type { Condition, ConditionOptions, Model } from "fluxion";
import { adm, conditionInputs, dit, initParameters, Key, mlp, modelFromConfig, parameterCount, unet } from "fluxion";
import { describe, expect, it } from "vitest";
import { imageModel } from "../../src/models/image-model.ts";
import { distance, pick, randomFeeds } from "./harness.ts";

const small = { image: [1, 4, 4], channels: 2, multiples: [1, 2], blocks: 1, attention: [], groups: 1 } as const;
const makers: Readonly<Record<string, (options: ConditionOptions) => Model>> = {
  unet: (options) => unet({ ...small, ...options }),
  adm: (options) => adm({ ...small, ...options }),
  dit: (options) => dit({ image: [1, 4, 4], width: 8, depth: 1, heads: 2, patch: 2, ...options }),
};

/** Compiles a model that is given its conditions. */
async function compile(model: Model): Promise<(feeds: Readonly<Record<string, HostTensor>>) => Promise<HostTensor>> {
  const conditions = conditionInputs(model);
  const inputs = {
    xt: input(["batch", ...model.eventShape]),
    t: input(["batch"]),
    ...Object.fromEntries(Object.entries(model.parameters).map(([name, { shape }]) => [name, input(shape)])),
    ...Object.fromEntries(Object.entries(conditions).map(([name, { shape, dtype }]) => [name, input(["batch", ...shape], dtype)])),
  };
  const program = trace("model", inputs, (tensors) => {
    const { xt, t, labels, lowResolution, ...params } = tensors as Record<string, Tensor> & { xt: Tensor; t: Tensor };
    return { out: model.apply(params, xt, t, { labels, lowResolution }) };
  });
  const executable = await referenceRuntime().compile(program);
  return async (feeds) => (await executable.run(feeds)).out;
}

/** Parameters and inputs of a model as one record. */
function flat(model: Model, batch: number): Record<string, HostTensor> {
  const { params, xt, t } = randomFeeds(model, batch);
  return { ...params, xt, t };
}

const labels = (...values: number[]): HostTensor => hostTensor(Int32Array.from(values), [values.length]);

describe.each(Object.entries(makers))("%s", (kind, make) => {
  it("has a row for each class and one for none, beside the parameters of the model without", () => {
    const [plain, told] = [make({}), make({ classes: 10 })];
    const extra = Object.keys(told.parameters).filter((name) => !(name in plain.parameters));
    expect(extra).toEqual(["time.label.table"]);
    const [rows, width = 0] = told.parameters["time.label.table"]?.shape ?? [];
    expect(rows).toBe(11);
    expect(parameterCount(told) - parameterCount(plain)).toBe(11 * width);
    expect(plain.config).not.toHaveProperty("classes");
    expect(modelFromConfig(told.config).classes).toBe(10);
  });

  it("reads the label of each example", async () => {
    const model = make({ classes: 3 });
    const run = await compile(model);
    const feeds = flat(model, 3);
    const out = await run({ ...feeds, labels: labels(0, 1, 3) });
    const swapped = await run({ ...feeds, labels: labels(0, 2, 3) });
    expect(distance(pick(out, [0, 2]), pick(swapped, [0, 2]))).toBeLessThan(1e-12);
    expect(distance(pick(out, [1]), pick(swapped, [1]))).toBeGreaterThan(1e-4);
  });

  it("predicts zero at first with conditions too", async () => {
    const model = make({ classes: 2, superResolution: 2 });
    const feeds = { ...flat(model, 1), ...initParameters(model, Key.from(1)) };
    const out = await (await compile(model))({ ...feeds, labels: labels(1), lowResolution: hostTensor([1, 2, 3, 4], [1, 1, 2, 2]) });
    expect(Array.from(out.data, Number)).toEqual(new Array<number>(16).fill(0));
  });

  it("reads the low-resolution image", async () => {
    const model = make({ superResolution: 2 });
    const lowResolution = hostTensor([1, -1, 0.5, 2], [1, 1, 2, 2], "float64");
    const run = await compile(model);
    const feeds = flat(model, 1);
    const out = await run({ ...feeds, lowResolution });
    const other = hostTensor([1, -1, 0.5, 1], [1, 1, 2, 2], "float64");
    expect(distance(out, await run({ ...feeds, lowResolution: other }))).toBeGreaterThan(1e-3);
    expect(out.shape).toEqual([1, 1, 4, 4]);
    expect(conditionInputs(model)).toEqual({ lowResolution: { shape: [1, 2, 2], dtype: "float32" } });
  });

  it.each<readonly [string, ConditionOptions, (batch: Tensor) => Condition | undefined, string]>([
    ["labels that are missing", { classes: 3 }, () => undefined, `${kind}: labels: expected int32 [batch] of 3 classes, got none`],
    ["labels that it does not know", {}, (t) => ({ labels: t }), `${kind}: labels: expected none, got`],
    ["a low-resolution image that is missing", { superResolution: 2 }, () => ({}), `${kind}: lowResolution: expected images`],
  ])("refuses %s", (_, options, condition, message) => {
    const model = make(options);
    const inputs = {
      xt: input([2, ...model.eventShape]),
      t: input([2]),
      ...Object.fromEntries(Object.entries(model.parameters).map(([name, { shape }]) => [name, input(shape)])),
    };
    expect(() =>
      trace("model", inputs, ({ xt, t, ...params }) => ({ out: model.apply(params, xt, t, condition(t)) })),
    ).toThrow(message);
  });

  it.each<readonly [unknown, string]>([
    [{ classes: 0 }, `${kind}: classes: expected a whole number from 1, got 0`],
    [{ superResolution: 1 }, `${kind}: superResolution: expected a whole number from 2, got 1`],
    [{ superResolution: 3 }, `${kind}: superResolution: expected a divisor of the sides 4×4, got 3`],
  ])("refuses %j", (options, message) => {
    expect(() => make(options as ConditionOptions)).toThrow(message);
  });
});

it("a model of points knows no conditions", () => {
  expect(conditionInputs(mlp({ dimension: 2 }))).toEqual({});
});

it("a network of images reads xt, and behind its channels the low-resolution image, upsampled bilinearly", async () => {
  const seen = { parameters: {}, masks: {}, apply: (_params: unknown, x: Tensor) => x };
  const model = imageModel("seen", { image: [2, 4, 4], superResolution: 2 }, seen);
  const xt = Array.from({ length: 32 }, (_, i) => 100 + i);
  const run = await compile(model);
  const out = await run({
    xt: hostTensor(xt, [1, 2, 4, 4], "float64"),
    t: hostTensor([0.5], [1], "float64"),
    lowResolution: hostTensor([0, 4, 8, 12, -1, 0, 0, 3], [1, 2, 2, 2], "float64"),
  });
  expect(out.shape).toEqual([1, 4, 4, 4]);
  // Pixels are squares: new middles lie a quarter off the old ones, and edges are kept.
  const rows = [
    [0, 1, 3, 4],
    [2, 3, 5, 6],
    [6, 7, 9, 10],
    [8, 9, 11, 12],
    [-1, -0.75, -0.25, 0],
    [-0.75, -0.375, 0.375, 0.75],
    [-0.25, 0.375, 1.625, 2.25],
    [0, 0.75, 2.25, 3],
  ];
  Array.from(out.data, Number).forEach((value, i) => {
    expect(value).toBeCloseTo([...xt, ...rows.flat()][i] ?? NaN, 12);
  });
});
