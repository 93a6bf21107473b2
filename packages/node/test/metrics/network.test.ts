import * as g from "@fluxion/graph";
import { input, lower, trace } from "@fluxion/graph";
import type { Program } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { classifier, classifierAccuracy, createClassifierTrainer, encodeClassifier, featureNetwork, featureReference, imageMetrics, imagesInMemory, integers, Key, unflattenValues } from "fluxion";
import type { FeatureNetworkOptions, ImageReader, LabelledImages, SampleSet } from "fluxion";
import { describe, expect, it } from "vitest";

const runtime = await nodeRuntime({ threads: 1 });

/** Means of the two halves of each channel, as maps of two places or not, and classes of the first channel. */
const halves = (batch: string | number, channels = 3): Program =>
  trace("halves", { picture: input([batch, channels, 2, 4]) }, ({ picture }) => ({
    features: g.mean(picture, { axes: [3] }),
    maps: picture,
    logits: g.slice(g.reshape(picture, [-1, channels * 8]), 1, 0, 4),
  }));

const open = (options: FeatureNetworkOptions = {}, program = halves("batch")) =>
  featureNetwork(runtime, lower(program), { name: "net", range: [0, 1], ...options });

const bytes = (n: number, channels: number, height: number, width: number, seed = 0): SampleSet & { readonly values: Uint8Array } => ({
  values: Uint8Array.from(integers(Key.from(seed), n * channels * height * width, 256)),
  shape: [n, channels, height, width],
});

describe("featureNetwork", () => {
  it("gives features in order, pooled over places, and the softmax of logits, whatever the batches", async () => {
    const images = bytes(7, 3, 2, 4);
    const network = await open({ batch: 3, features: "maps" });
    const { features, probabilities } = await network.extract(images);
    expect(features.shape).toEqual([7, 3]);
    for (let i = 0; i < 21; i++) {
      const mean = images.values.subarray(8 * i, 8 * i + 8).reduce((a, b) => a + b, 0) / 8 / 255;
      expect(features.values[i]).toBeCloseTo(mean, 6);
    }
    expect(probabilities?.shape).toEqual([7, 4]);
    const logits = [...images.values.subarray(24, 28)].map((v) => Math.exp(v / 255));
    const sum = logits.reduce((a, b) => a + b, 0);
    logits.forEach((power, i) => expect(probabilities?.values[4 + i]).toBeCloseTo(power / sum, 6));
    await network.dispose();
    const fixed = await open({ features: "maps" }, halves(4));
    expect((await fixed.extract(images)).features).toEqual(features);
    await fixed.dispose();
  });

  it("resizes, repeats grey, and says what it does", async () => {
    const network = await open({ features: "maps", range: [-1, 1] });
    expect(network.preparation).toBe("3×2×4, pixels to [-1, 1], bilinear with antialiasing");
    const { features } = await network.extract({ values: new Uint8Array(2 * 100).fill(51), shape: [2, 1, 10, 10] });
    features.values.forEach((value) => expect(value).toBeCloseTo(-0.6, 6));
    const other = await open({ features: "maps", range: [-1, 1], antialias: false });
    expect(other.id).not.toBe(network.id);
    await Promise.all([network.dispose(), other.dispose()]);
  });

  it("refuses what is no picture, other channels, and values that are not rounded, naming both shapes", async () => {
    const network = await open({ features: "maps" });
    await expect(network.extract(bytes(2, 2, 2, 4))).rejects.toThrow("net: expected pictures [n, 3, height, width] or grey ones for the network's input [batch, 3, 2, 4], got [2, 2, 2, 4]");
    await expect(network.extract({ values: new Float32Array(48), shape: [2, 3, 2, 4] })).rejects.toThrow("net: expected 8-bit pictures [n, channels, height, width], got Float32Array of shape [2, 3, 2, 4]; round generated ones with toPixels");
    await expect(network.extract({ values: new Uint8Array(10), shape: [10, 1] })).rejects.toThrow("of shape [10, 1]");
    await network.dispose();
  });

  it("refuses networks and options that do not fit", async () => {
    const two = trace("two", { a: input(["n", 3]), b: input(["n", 3]) }, ({ a, b }) => ({ y: g.add(a, b) }));
    await expect(open({}, two)).rejects.toThrow("net: expected one input of images [batch, channels, height, width] with known channels, got a [n, 3], b [n, 3]");
    await expect(open({ range: undefined })).rejects.toThrow("net: range: expected what the pixels 0 and 255 become, such as [-1, 1], got none");
    await expect(open({ features: "pool" })).rejects.toThrow('net: features: expected one of the outputs features, maps, logits, got "pool"');
    await expect(open({ size: [3, 3] })).rejects.toThrow("net: size: expected [2, 4], the network's own, got [3, 3]");
    await expect(open({ batch: 0 })).rejects.toThrow("net: batch: expected a whole number from 1, got 0");
    await expect(open({ resize: 3 } as object)).rejects.toThrow('net: unknown option "resize"');
    const open2 = trace("open", { x: input(["n", 1, "h", "w"]) }, ({ x }) => ({ y: g.mul(x, 2), z: x }));
    await expect(open({}, open2)).rejects.toThrow("net: size: expected [height, width], which the network leaves open as [h, w], got none");
    await expect(open({ size: [4, 4] }, open2)).rejects.toThrow('net: features: expected the name of one of the outputs y, z, got none; none is called "features"');
  });
});

/** Pictures of a bright bar, across or down, at a place that the class says. */
function bars(n: number, name: string): LabelledImages & { readonly values: Uint8Array; readonly shape: ImageReader["shape"] } {
  const key = Key.from(name);
  const labels = Uint8Array.from(integers(key.child("labels"), n, 4));
  const values = Uint8Array.from(integers(key.child("noise"), n * 64, 120));
  labels.forEach((label, i) => {
    for (let k = 0; k < 8; k++) {
      const at = label < 2 ? (label === 0 ? 1 : 5) * 8 + k : 8 * k + (label === 2 ? 2 : 6);
      values[64 * i + at] = 255;
    }
  });
  const shape = [n, 1, 8, 8] as const;
  return { values, shape, labels, reader: imagesInMemory(values, shape) };
}

describe("a classifier, from training to metrics", async () => {
  const net = classifier({ image: [1, 8, 8], classes: 4, features: 8, channels: 4 });
  const trainer = await createClassifierTrainer({ runtime, classifier: net, data: bars(400, "train"), key: Key.from(1), batchSize: 32, learningRate: 5e-3 });
  const { losses } = await trainer.advance(240, 240);
  const model = encodeClassifier(net, unflattenValues(net.parameters, trainer.saved.ema), { "fluxion.data": "bars" });
  await trainer.dispose();

  it("learns, and its file says what it is", async () => {
    expect(losses.at(-1)).toBeLessThan(0.3 * losses[0]!);
    expect(await classifierAccuracy(runtime, model, bars(200, "test"))).toBeGreaterThan(0.95);
    const { metadata, opsets, outputs } = g.describeModel(model);
    expect(metadata).toEqual({ "fluxion.data": "bars", "fluxion.range": "0 255" });
    expect(Object.keys(opsets)).toEqual(["ai.onnx"]);
    expect(outputs).toMatchObject({ features: { shape: ["batch", 8] }, probabilities: { shape: ["batch", 4] } });
  });

  it("tells apart classes beyond a byte, reading a batch at a time", async () => {
    // Modulo 256 the two are one.
    const kinds = [10, 266] as const;
    const labelled = (n: number, name: string): LabelledImages & { readonly most: () => number } => {
      const { reader, labels } = bars(n, name);
      let most = 0;
      const read: ImageReader["read"] = (images, out) => {
        most = Math.max(most, images.length);
        reader.read(images, out);
      };
      return { reader: { ...reader, read }, labels: Int32Array.from(labels, (label) => kinds[label < 2 ? 0 : 1]), most: () => most };
    };
    const many = classifier({ image: [1, 8, 8], classes: 300, features: 8, channels: 4 });
    const data = labelled(400, "train");
    const training = await createClassifierTrainer({ runtime, classifier: many, data, key: Key.from(1), batchSize: 32, learningRate: 1e-2 });
    await training.advance(160, 160);
    expect(data.most()).toBe(32);
    const test = labelled(4100, "test");
    expect(await classifierAccuracy(runtime, encodeClassifier(many, unflattenValues(many.parameters, training.saved.ema)), test)).toBeGreaterThan(0.95);
    expect(test.most()).toBe(2000);
    await training.dispose();
  });

  it("draws the same steps in one call or two", async () => {
    const make = () => createClassifierTrainer({ runtime, classifier: net, data: bars(100, "train"), key: Key.from(2), batchSize: 8 });
    const [whole, halves] = await Promise.all([make(), make()]);
    await whole.advance(6, 10);
    await halves.advance(2, 10);
    await halves.advance(4, 10);
    expect(halves.saved).toEqual(whole.saved);
    await expect(whole.advance(5, 10)).rejects.toThrow("advance: expected 1 to 4 steps, what is left of 10, got 5");
    await Promise.all([whole.dispose(), halves.dispose()]);
  });

  it("measures: near 0 for the data's own kind, worse for noise and for one class alone", async () => {
    const network = await featureNetwork(runtime, model, { name: "bars" });
    const key = Key.from(3);
    const reference = await featureReference(network, bars(2500, "reference").reader, { key, keep: 600 });
    expect(reference.moments.count).toBe(2500);
    expect(reference.features.shape).toEqual([600, 8]);
    const measure = (samples: SampleSet) => imageMetrics({ network, reference, samples, key });
    const { values, shape } = bars(500, "own");
    const own = { values, shape };
    const [good, noise] = [await measure(own), await measure(bytes(500, 1, 8, 8))];
    const only = bars(2000, "only");
    const zeros = [...only.labels.keys()].filter((i) => only.labels[i] === 0).slice(0, 400);
    const narrow = await measure({ values: Uint8Array.from(zeros.flatMap((i) => [...only.values.subarray(64 * i, 64 * i + 64)])), shape: [400, 1, 8, 8] });
    expect(good.fid.value).toBeLessThan(0.1 * noise.fid.value);
    expect(good.fid.value).toBeLessThan(0.1 * narrow.fid.value);
    expect(Math.abs(good.kid.value)).toBeLessThan(4 * good.kid.spread!);
    expect(noise.kid.value).toBeGreaterThan(4 * noise.kid.spread!);
    expect(good.inceptionScore?.value).toBeGreaterThan(2.8);
    expect(narrow.inceptionScore?.value).toBeLessThan(1.2);
    expect(good.precision.value).toBeGreaterThan(0.8);
    expect(good.recall.value).toBeGreaterThan(0.8);
    expect(narrow.recall.value).toBeLessThan(0.5);
    await expect(measure(bytes(8, 1, 8, 8))).rejects.toThrow("imageMetrics: samples: expected at least 20 for 8 features, got 8; draw more");
    await expect(imageMetrics({ network, reference: { ...reference, network: "another" }, samples: own, key })).rejects.toThrow(/expected a reference of the network .*, got one of another; compute it anew/);
    await network.dispose();
  });

  it("refuses small pictures, other shapes, and labels that are missing or out of range", async () => {
    expect(() => classifier({ image: [1, 3, 8], classes: 4 })).toThrow("classifier: image: expected sides of at least 4 pixels, which two strides need, got [1, 3, 8]");
    expect(() => classifier({ image: [1, 8, 8], classes: 1 })).toThrow("classifier: classes: expected a whole number from 2, got 1");
    const data = bars(10, "few");
    const start = (given: LabelledImages) => createClassifierTrainer({ runtime, classifier: net, data: given, key: Key.from(1) });
    await expect(start({ ...data, labels: data.labels.subarray(1) })).rejects.toThrow("classifier: expected 10 labels, one for each picture, got 9");
    await expect(start({ ...data, labels: data.labels.map((l, i) => (i === 7 ? 9 : l)) })).rejects.toThrow("classifier: expected labels from 0 to 3, got 9 for picture 7");
    await expect(start({ ...data, labels: Int32Array.from(data.labels, (l, i) => (i === 3 ? -1 : l)) })).rejects.toThrow("got -1 for picture 3");
    await expect(classifierAccuracy(runtime, model, { ...data, labels: data.labels.map((l, i) => (i === 7 ? 4 : l)) })).rejects.toThrow("classifierAccuracy: expected labels from 0 to 3, got 4 for picture 7");
    await expect(start({ ...data, reader: imagesInMemory(data.values, [10, 1, 4, 16]) })).rejects.toThrow("classifier: expected pictures of shape [1, 8, 8], got [1, 4, 16]");
  });
});

it("rounds resized pictures for a network that takes bytes", async () => {
  const program = trace("bytes", { picture: input(["n", 1, 1, 2], "uint8") }, ({ picture }) => ({ features: g.reshape(g.cast(picture, "float32"), [-1, 2]) }));
  const network = await featureNetwork(runtime, lower(program), { range: [0, 255], antialias: false });
  // 15.5 and 115.5 lie halfway.
  const { features } = await network.extract({ values: Uint8Array.of(10, 21, 31, 200), shape: [1, 1, 1, 4] });
  expect([...features.values]).toEqual([16, 116]);
  await network.dispose();
});
