/** @file A trained classifier as a feature network. */
import { constant, input, lower, softmax, trace } from "@fluxion/graph";
import type { HostTensor, Program, Runtime } from "@fluxion/graph";
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

/** The share of pictures whose likeliest class is right, as the file of a classifier sees them. */
export async function classifierAccuracy(runtime: Runtime, model: Uint8Array, { labels, ...images }: LabelledImages): Promise<number> {
  const network = await featureNetwork(runtime, model, { name: "classifier" });
  try {
    const { probabilities } = await network.extract(images);
    const [n = 0, classes = 1] = probabilities?.shape ?? [];
    const right = labels.filter((label, i) => {
      const row = probabilities?.values.subarray(i * classes, (i + 1) * classes) ?? new Float32Array(0);
      return row.every((p) => p <= (row[label] ?? 0));
    });
    return right.length / n;
  } finally {
    await network.dispose();
  }
}
