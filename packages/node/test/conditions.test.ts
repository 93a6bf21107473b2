import { hostTensor } from "@fluxion/graph";
import { adm, createFlow, createTrainer, dit, Key, otPath, trainingImages, unet } from "fluxion";
import type { Model } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";
import { randomFeeds, values } from "../../core/test/models/harness.ts";

const small = { image: [1, 4, 4], channels: 4, multiples: [1, 2], blocks: 1, attention: [2], groups: 2, classes: 3 } as const;
const models: Readonly<Record<string, Model>> = {
  unet: unet(small),
  adm: adm({ ...small, superResolution: 2 }),
  dit: dit({ image: [1, 4, 4], width: 8, depth: 1, heads: 2, patch: 2, classes: 3 }),
};

describe("conditions on ONNX Runtime", () => {
  it.each(Object.entries(models))("%s is guided by u + w (c − u), in one evaluation", async (_, model) => {
    const params = Object.fromEntries(
      Object.entries(randomFeeds(model, 1).params).map(([name, value]) => [name, hostTensor(Float32Array.from(values(value)), value.shape)]),
    );
    const flow = createFlow({ runtime: await nodeRuntime({ threads: 1 }), model, path: otPath(), params });
    const lowResolution = model.superResolution === undefined ? undefined : Float32Array.from({ length: 12 }, (__, i) => Math.sin(i));
    const call = { count: 3, key: Key.from(5), solver: "euler", steps: 1, lowResolution } as const;
    const [c, u, guided] = await Promise.all([
      flow.sample({ ...call, labels: [0, 1, 2] }),
      flow.sample({ ...call, labels: 3 }),
      flow.sample({ ...call, labels: [0, 1, 2], guidance: 2.5 }),
    ]);
    expect(guided.nfe).toBe(1);
    // One Euler step is affine in the velocity.
    guided.values.forEach((value, i) => {
      const [told = NaN, untold = NaN] = [c.values[i], u.values[i]];
      expect(value).toBeCloseTo(untold + 2.5 * (told - untold), 4);
    });
    expect(c.values).not.toEqual(u.values);
    await flow.dispose();
  });

  it("trains in parts as in whole, with labels, dropout and smaller images", async () => {
    const model = adm({ ...small, superResolution: 2, dropout: 0.4 });
    const pixels = Uint8Array.from({ length: 12 * 16 }, (_, i) => (i * 89) % 256);
    const data = trainingImages(pixels, [12, 1, 4, 4], { labels: Uint8Array.from({ length: 12 }, (_, i) => i % 3) });
    const runtime = await nodeRuntime({ threads: 1 });
    const trained = async (accumulate: number, calls: readonly number[]) => {
      const trainer = await createTrainer({ runtime, model, path: otPath(), data, key: Key.from(2), batchSize: 8, accumulate });
      for (const count of calls) await trainer.advance(count, 5);
      await trainer.dispose();
      return trainer.saved;
    };
    const [whole, cut, parts] = [await trained(1, [5]), await trained(1, [2, 3]), await trained(4, [5])];
    expect(cut).toEqual(whole);
    // Five steps of Adam move a parameter by up to 5e-3; the order of additions shows where a gradient is all but zero.
    const apart = parts.params.map((value, i) => Math.abs(value - (whole.params[i] ?? NaN))).sort();
    expect(apart[Math.floor(0.95 * apart.length)]).toBeLessThan(1e-4);
    expect(Math.max(...parts.m.map((value, i) => Math.abs(value - (whole.m[i] ?? NaN))))).toBeLessThan(1e-3);
  });
});
