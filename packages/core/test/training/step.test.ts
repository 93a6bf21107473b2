/** @file What a training step draws beside noise and data, and a batch in parts. */
import { constant, mul, referenceRuntime, sum } from "@fluxion/graph";
import type { Model, Objective, TrainerOptions, TrainingState } from "fluxion";
import { adm, createTrainer, Key, likelihoodObjective, mlp, nn, otPath, trainingImages, trainingPoints, velocityObjective } from "fluxion";
import { describe, expect, it } from "vitest";
import { stepInputs } from "../../src/training/step-inputs.ts";

const pixels = Uint8Array.from({ length: 12 * 16 }, (_, i) => (i * 89) % 256);
const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 3);
const images = trainingImages(pixels, [12, 1, 4, 4], { labels });
const points = trainingPoints(Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i)), [20, 2], { holdOutKey: Key.from(0) }).training;
const network = (options: { readonly dropout?: number; readonly classes?: number; readonly superResolution?: number } = {}): Model =>
  adm({ image: [1, 4, 4], channels: 2, multiples: [1, 2], blocks: 1, attention: [], groups: 1, ...options });

/** Trains on the reference runtime in calls of the given numbers of steps. */
async function trained(
  options: Omit<TrainerOptions, "runtime" | "path" | "key">,
  calls: readonly number[] = [3],
): Promise<{ readonly state: TrainingState; readonly losses: readonly number[] }> {
  const trainer = await createTrainer({ runtime: referenceRuntime(), path: otPath(), key: Key.from("step"), batchSize: 4, ...options });
  const losses: number[] = [];
  for (const count of calls) losses.push(...(await trainer.advance(count, 3)).losses);
  return { state: trainer.saved, losses };
}

const apart = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));

describe("a batch in parts", () => {
  const everything = network({ dropout: 0.3, classes: 3, superResolution: 2 });
  it.each<readonly [string, Model, Objective, TrainerOptions["data"]]>([
    ["velocity, with labels, dropout and low resolution", everything, velocityObjective({ times: "stratified" }), images],
    ["likelihood, whose probes have the batch second", mlp({ dimension: 2, width: 4, depth: 1 }), likelihoodObjective({ probes: 3, steps: 2 }), points],
  ])("trains as the whole does: %s", async (_, model, objective, data) => {
    const whole = await trained({ model, objective, data });
    for (const accumulate of [2, 4]) {
      const parts = await trained({ model, objective, data, accumulate });
      parts.losses.forEach((loss, i) => {
        expect(loss).toBeCloseTo(whole.losses[i] ?? NaN, 5);
      });
      // Adam's first steps have the size of the learning rate, 1e-3, whatever the gradient's.
      expect(apart(parts.state.params, whole.state.params)).toBeLessThan(2e-6);
      expect(apart(parts.state.m, whole.state.m)).toBeLessThan(1e-5);
    }
  });

  it("is a divisor of the batch", async () => {
    await expect(trained({ model: network(), data: images, accumulate: 3 })).rejects.toThrow(
      "train: accumulate: expected a divisor of the batch size 4, got 3",
    );
  });
});

describe("dropout in training", () => {
  const model = network({ dropout: 0.5 });

  it("draws masks of each step alone, however steps are cut into calls", async () => {
    const [once, often] = [await trained({ model, data: images }), await trained({ model, data: images }, [1, 2])];
    // The reference runtime rounds to float32 between calls only.
    often.losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(once.losses[i] ?? NaN, 5);
    });
    expect(apart(often.state.params, once.state.params)).toBeLessThan(1e-6);
    const inputs = stepInputs({ model, objective: velocityObjective(), path: otPath(), batch: 4 });
    const [name = ""] = Object.keys(model.masks ?? {});
    const source = { key: Key.from(0), data: images };
    expect(inputs[name]?.dtype).toBe("uint8");
    expect(inputs[name]?.draw(source, 0, 1)).not.toEqual(inputs[name]?.draw(source, 1, 1));
  });

  it("changes what is learnt", async () => {
    const [on, off] = [await trained({ model, data: images }), await trained({ model: network(), data: images })];
    expect(on.losses[0]).toBe(off.losses[0]);
    expect(on.losses[2]).not.toBe(off.losses[2]);
  });
});

describe("images of low resolution in training", () => {
  // Two channels of 4×4; the squares of 2×2 hold a, a + 1, a + 2 and a + c, of which the mean is rounded.
  const corners = [0, 1, 2, 20];
  const level = (i: number) => {
    const [plane, y, x] = [i >> 4, (i >> 2) & 3, i & 3];
    return 30 * plane + 7 * (2 * (y >> 1) + (x >> 1)) + (corners[2 * (y & 1) + (x & 1)] ?? NaN);
  };
  const expected = Array.from({ length: 8 }, (_, i) => 30 * (i >> 2) + 7 * (i & 3) + Math.round(23 / 4));
  const shape = [1, 2, 4, 4] as const;
  const one = trainingImages(Uint8Array.from({ length: 32 }, (_, i) => level(i)), shape);
  const model: Model = {
    kind: "told", config: {}, eventShape: [2, 4, 4], superResolution: 2, parameters: {},
    apply: (_params, _xt, _t, told) => told?.lowResolution ?? constant(NaN),
  };

  it("are rounded means without the noise of dequantisation, in the middle of their levels", () => {
    const inputs = stepInputs({ model, objective: velocityObjective(), path: otPath(), batch: 1 });
    for (const step of [0, 1]) {
      const drawn = inputs["lowResolution"]?.draw({ key: Key.from(3), data: one }, step, 1) as Float32Array;
      expect(Array.from(drawn, (y) => 128 * (y + 1))).toEqual(expected.map((pixel) => pixel + 0.5));
    }
    expect(inputs["lowResolution"]?.shape).toEqual([1, 2, 2, 2]);
  });

  it("reach the model", async () => {
    const weights = Float32Array.from({ length: 8 }, (_, i) => 1 + Math.sin(i));
    const weighed: Objective = {
      ...velocityObjective(),
      // Tells every value apart.
      loss: ({ model: told, params, inputs: { x1, t } }) => {
        if (!x1 || !t) throw new Error("expected data and times");
        return sum(mul(told.apply(params, x1, t), constant(weights, [1, 2, 2, 2])));
      },
    };
    const parameterised: Model = { ...model, parameters: nn.linear(1, 1).parameters };
    const { losses } = await trained({ model: parameterised, objective: weighed, data: one, batchSize: 1 }, [1]);
    const total = expected.reduce((all, pixel, i) => all + (weights[i] ?? NaN) * ((pixel + 0.5) / 128 - 1), 0);
    expect(losses[0]).toBeCloseTo(total, 5);
  });

  it("are plain means of data that are no 8-bit images", () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => level(i) / 10);
    const data = { ...one, transform: { kind: "identity" }, fill: (_key: Key, _step: number, out: Float32Array) => { out.set(values); } } as const;
    const drawn = stepInputs({ model, objective: velocityObjective(), path: otPath(), batch: 1 })["lowResolution"]?.draw({ key: Key.from(3), data }, 0, 1);
    Array.from(drawn as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo((30 * (i >> 2) + 7 * (i & 3) + 23 / 4) / 10, 5);
    });
  });
});

describe("labels in training", () => {
  const model = network({ classes: 3 });
  const drawn = (labelDropout: number, batch = 4) =>
    stepInputs({ model, objective: velocityObjective(), path: otPath(), batch, labelDropout })["labels"]?.draw({ key: Key.from(1), data: images }, 0, 1);

  it("are those of the images drawn", () => {
    const x1 = new Float32Array(4 * 16);
    images.fill(Key.from(1).child("data"), 0, x1);
    const seen = Array.from({ length: 4 }, (_, i) => {
      // Noise of dequantisation is below one level.
      const first = Array.from({ length: 12 }, (__, image) => image).find((image) =>
        Array.from({ length: 16 }, (__, j) => Math.floor(((x1[i * 16 + j] ?? 0) + 1) * 128)).every((level, j) => level === pixels[image * 16 + j]),
      );
      return labels[first ?? -1];
    });
    expect(Array.from(drawn(0) ?? [], Number)).toEqual(seen);
  });

  it("are withheld at the given rate", () => {
    expect(Array.from(drawn(1) ?? [], Number)).toEqual([3, 3, 3, 3]);
    const many = Array.from(drawn(0.25, 4000) ?? [], Number);
    const withheld = many.filter((label) => label === 3).length / 4000;
    expect(Math.abs(withheld - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 4000));
  });

  it.each<readonly [string, Omit<TrainerOptions, "runtime" | "path" | "key">, string]>([
    ["data without labels", { model, data: points }, "train: the model expects examples of shape"],
    [
      "images without labels",
      { model, data: trainingImages(pixels, [12, 1, 4, 4]) },
      "train: labels: expected data with labels of 3 classes, as the model has, got data without labels",
    ],
    ["another number of classes", { model: network({ classes: 10 }), data: images }, "of 10 classes, as the model has, got labels of 3 classes"],
    ["no probability", { model, data: images, labelDropout: 1.5 }, "train: labelDropout: expected a probability from 0 to 1, got 1.5"],
  ])("refuses %s", async (_, options, message) => {
    await expect(trained(options)).rejects.toThrow(message);
  });

  it("of images are checked", () => {
    const with_ = (given: Uint8Array, classes?: number) => () => trainingImages(pixels, [12, 1, 4, 4], { labels: given, classes });
    expect(with_(labels.slice(1))).toThrow("trainingImages: labels: expected one for each of 12 images, got 11");
    expect(with_(labels, 2)).toThrow("trainingImages: labels: expected whole numbers from 0 to 1, got 2 for image 2");
    expect(with_(labels, 5)().labels?.classes).toBe(5);
  });
});
