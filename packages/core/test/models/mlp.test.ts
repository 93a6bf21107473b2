import { initParameters, Key, mlp, modelFromConfig, nn, parameterCount } from "fluxion";
import { describe, expect, it } from "vitest";
import { compileModel, distance, gradientErrors, pick, randomFeeds, values } from "./harness.ts";

describe("mlp", () => {
  it("has the parameters that a hand count gives", () => {
    // (2 + 16)·128 + 128, three times 128·128 + 128, 128·2 + 2
    expect(parameterCount(mlp({ dimension: 2 }))).toBe(2432 + 3 * 16_512 + 258);
    expect(parameterCount(mlp({ dimension: 3, width: 5, depth: 1, time: "plain" }))).toBe(4 * 5 + 5 + 5 * 3 + 3);
    expect(Object.keys(mlp({ dimension: 2, depth: 1 }).parameters)).toEqual([
      "hidden.0.weight",
      "hidden.0.bias",
      "output.weight",
      "output.bias",
    ]);
  });

  it.each(
    nn.activationNames.flatMap((activation) => [
      { activation, time: "plain" as const },
      { activation, time: "fourier" as const },
    ]),
  )("has gradients that agree with finite differences: $activation, $time", async (options) => {
    const errors = await gradientErrors(mlp({ dimension: 2, width: 5, depth: 2, ...options }), 3);
    expect(Object.keys(errors)).toHaveLength(6);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-7);
  });

  it("computes what its definition says", async () => {
    const model = mlp({ dimension: 1, width: 1, depth: 1, activation: "tanh", timeFrequencies: 1 });
    const feeds = randomFeeds(model, 4);
    const { out } = await (await compileModel(model))(feeds);
    const [w, b, v, c] = ["hidden.0.weight", "hidden.0.bias", "output.weight", "output.bias"].map((name) =>
      values(feeds.params[name]),
    ) as [number[], number[], number[], number[]];
    const times = values(feeds.t);
    const expected = values(feeds.xt).map((x, i) => {
      const angle = Math.PI * (times[i] as number);
      const h = [x, Math.sin(angle), Math.cos(angle)].reduce((s, f, j) => s + f * (w[j] as number), b[0] as number);
      return Math.tanh(h) * (v[0] as number) + (c[0] as number);
    });
    values(out).forEach((y, i) => {
      expect(y).toBeCloseTo(expected[i] as number, 6);
    });
  });

  it("gives the same for a named batch as for a fixed one, and treats examples apart", async () => {
    const model = mlp({ dimension: 2, width: 6, depth: 2 });
    const feeds = randomFeeds(model, 4);
    const named = await compileModel(model);
    const { out } = await named(feeds);
    expect(out.shape).toEqual([4, 2]);
    expect(distance(out, (await (await compileModel(model, { batch: 4 }))(feeds)).out)).toBe(0);
    const rows = [2, 0, 3, 1];
    const permuted = { ...feeds, xt: pick(feeds.xt, rows), t: pick(feeds.t, rows) };
    expect(distance((await named(permuted)).out, pick(out, rows))).toBe(0);
  });

  it("is rebuilt from its configuration", async () => {
    const model = mlp({ dimension: 2, width: 4, depth: 3, activation: "gelu", timeFrequencies: 2 });
    const again = modelFromConfig(JSON.parse(JSON.stringify(model.config)) as Record<string, unknown>);
    expect(again.config).toEqual(model.config);
    const feeds = randomFeeds(model, 2);
    expect(
      distance((await (await compileModel(again))(feeds)).out, (await (await compileModel(model))(feeds)).out),
    ).toBe(0);
  });

  it.each([
    [{}, "mlp: dimension: expected a whole number from 1, got undefined"],
    [{ dimension: 2, widht: 3 }, 'mlp: unknown option "widht"; the options are dimension, width'],
    [{ dimension: 2, width: 0 }, "mlp: width: expected a whole number from 1, got 0"],
    [{ dimension: 2, depth: "4" }, 'mlp: depth: expected a whole number from 1, got "4"'],
    [{ dimension: 2, width: null }, "mlp: width: expected a whole number from 1, got null"],
    [{ dimension: 2, activation: "swish" }, "mlp: activation: expected one of silu, relu, tanh, gelu, softplus"],
    [{ dimension: 2, time: "sine" }, "mlp: time: expected one of fourier, plain"],
    [{ dimension: 2, time: "plain", timeFrequencies: 2 }, "mlp: timeFrequencies belongs to"],
  ])("refuses %j", (options, message) => {
    expect(() => mlp(options as never)).toThrow(message);
  });

  it("refuses inputs of another shape", async () => {
    const wrong = { ...mlp({ dimension: 2 }), eventShape: [3] };
    await expect(compileModel(wrong)).rejects.toThrow("mlp: expected xt [batch, 2] and t [batch], got xt [batch, 3]");
  });
});

describe("initParameters", () => {
  const model = mlp({ dimension: 2, width: 64, depth: 2 });

  it("is a function of the key and the parameter's name alone", () => {
    const first = initParameters(model, Key.from(1));
    expect(initParameters(model, Key.from(1))).toEqual(first);
    expect(initParameters(model, Key.from(2))).not.toEqual(first);
    const deeper = initParameters(mlp({ dimension: 2, width: 64, depth: 3 }), Key.from(1));
    expect(deeper["hidden.1.weight"]).toEqual(first["hidden.1.weight"]);
  });

  it("draws from U(−b, b) with b = 1/√fanIn", () => {
    const weights = values(initParameters(model, Key.from(3))["hidden.1.weight"]);
    const square = weights.reduce((s, w) => s + w * w, 0) / weights.length;
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
    expect(Math.abs(square * 3 * 64 - 1)).toBeLessThan(0.06); // 4 standard errors: var(3u²) = 4/5 of 4096 draws
  });
});

describe("modelFromConfig", () => {
  it.each([[{ kind: "resnet" }], [{}], [{ kind: "toString" }]])("refuses %j", (config) => {
    expect(() => modelFromConfig(config)).toThrow("modelFromConfig: expected kind to be one of mlp, unet, adm, dit");
  });
});
