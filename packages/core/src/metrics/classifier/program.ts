/** @file A trained classifier as a feature network. */
import { constant, input, lower, softmax, trace } from "@fluxion/graph";
import type { HostTensor, Program, Runtime } from "@fluxion/graph";
import { imageParts } from "../../data/index.ts";
import type { Params } from "../../nn/module.ts";
import { featureNetwork } from "../network/feature-network.ts";
import type { Classifier } from "./convnet.ts";
import type { LabelledImages } from "./trainer.ts";

/** Pixels 0 … 255 `images` `[batch, ...image]` to `features` `[batch, d]` and `probabilities` `[batch, classes]`. */
export function classifierProgram(classifier: Classifier, params: Params<HostTensor>): Program {
  return trace("features", { images: input(["batch", ...classifier.image]) }, ({ images }) => {
    const weights = Object.fromEntries(Object.entries(params).map(([name, { data, shape }]) => [name, constant(data as Float32Array, shape)]));
    const { features, logits } = classifier.apply(weights, images);
    return { features, probabilities: softmax(logits) };
  });
}

/**
 * The classifier as an ONNX file of standard ops that `featureNetwork` opens without options.
 *
 * @param metadata - what else the file is to say, such as the data it learned from
 */
export function encodeClassifier(classifier: Classifier, params: Params<HostTensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return lower(classifierProgram(classifier, params), { target: "portable", metadata: { ...metadata, "fluxion.range": "0 255" } });
}

/**
 * The share of pictures whose likeliest class is right, as the file of a classifier sees them, a part at a time.
 *
 * @throws RangeError if the pictures do not fit, or a label is missing or out of range
 */
export async function classifierAccuracy(runtime: Runtime, model: Uint8Array, data: LabelledImages): Promise<number> {
  const network = await featureNetwork(runtime, model, { name: "classifier" });
  try {
    let right = 0;
    for (const { pixels, shape, first } of imageParts(data.reader)) {
      const { probabilities } = await network.extract({ values: pixels, shape });
      const [n = 0, classes = 1] = probabilities?.shape ?? [];
      for (let i = 0; i < n; i++) {
        const row = probabilities?.values.subarray(i * classes, (i + 1) * classes) ?? new Float32Array(0);
        const label = data.labels[first + i] ?? NaN;
        const own = row[label];
        if (own === undefined) throw new RangeError(`classifierAccuracy: expected labels from 0 to ${classes - 1}, got ${label} for picture ${first + i}; measure on the classes that it was trained on`);
        if (row.every((p) => p <= own)) right++;
      }
    }
    return right / data.reader.shape[0];
  } finally {
    await network.dispose();
  }
}
