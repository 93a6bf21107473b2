import type { HostTensor } from "@fluxion/graph";
import { hostTensor, referenceRuntime } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import type { Model } from "fluxion";
import { adm, dit, Key, mlp, nn, unet } from "fluxion";
import { describe, expect, it } from "vitest";
import type { CompileModelOptions } from "../../core/test/models/harness.ts";
import { compileModel, distance, randomFeeds, randomMasks, values } from "../../core/test/models/harness.ts";

/** The greatest difference between ONNX Runtime and the interpreter, relative to each tensor's largest value. */
async function disagreement(model: Model, options: CompileModelOptions): Promise<Record<string, number>> {
  const feeds = { ...randomFeeds(model, 3), ...(options.masks === true && { masks: randomMasks(model, 3, Key.from("masks")) }) };
  const single = {
    ...feeds,
    params: Object.fromEntries(Object.entries(feeds.params).map(([k, v]) => [k, float32(v)])),
  };
  const rounded = { ...single, xt: float32(feeds.xt), t: float32(feeds.t), cotangent: float32(feeds.cotangent) };
  const exact = await (await compileModel(model, { ...options, runtime: referenceRuntime() }))(rounded);
  const native = await (await compileModel(model, { ...options, runtime: await nodeRuntime({ threads: 1 }) }))(rounded);
  const pairs = [
    ["out", native.out, exact.out] as const,
    ...(options.divergence === true ? [["divergence", native.divergence, exact.divergence] as const] : []),
    ...Object.keys(exact.gradients).map((name) => [name, native.gradients[name], exact.gradients[name]] as const),
  ];
  return Object.fromEntries(
    pairs.map(([name, a, b]) => [name, distance(a, b) / Math.max(1e-3, ...values(b).map(Math.abs))]),
  );
}

function float32(tensor: HostTensor): HostTensor {
  return hostTensor(Float32Array.from(values(tensor)), tensor.shape);
}

describe("models on ONNX Runtime", () => {
  it.each(nn.activationNames)("mlp agrees with the interpreter: %s", async (activation) => {
    const model = mlp({ dimension: 2, width: 16, depth: 3, activation });
    const errors = await disagreement(model, { gradients: true, divergence: true });
    expect(Object.keys(errors)).toHaveLength(2 + Object.keys(model.parameters).length);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-4);
  });

  it.each([true, false])("adm agrees with the interpreter: scaleShift and residualResample %s", async (flag) => {
    const model = adm({
      image: [1, 8, 8], channels: 8, multiples: [1, 2], blocks: 1, groups: 2, scaleShift: flag, residualResample: flag, dropout: 0.3,
    });
    const errors = await disagreement(model, { gradients: true, masks: true });
    expect(Object.keys(errors)).toHaveLength(1 + Object.keys(model.parameters).length);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-3);
  });

  it("dit agrees with the interpreter", async () => {
    const model = dit({ image: [1, 8, 8], width: 16, depth: 2, heads: 2, patch: 2 });
    const errors = await disagreement(model, { gradients: true });
    expect(Object.keys(errors)).toHaveLength(1 + Object.keys(model.parameters).length);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-3);
  });

  it.each([1, 2])("unet agrees with the interpreter: patch %i", async (patch) => {
    const model = unet({ image: [1, 8, 8], channels: 8, multiples: [1, 2], blocks: 1, groups: 2, patch });
    const errors = await disagreement(model, { gradients: true });
    expect(Object.keys(errors)).toHaveLength(1 + Object.keys(model.parameters).length);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-3);
  });
});
