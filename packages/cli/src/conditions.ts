/** @file What a run's network is told when it samples and is measured: it comes from the test images. */
import { imageSize, pooledReader } from "fluxion";
import type { Conditioning, Examples, Flow, ImageReader } from "fluxion";
import type { ImageSet, Run } from "@fluxion/node";
import { parseOptions } from "./options.ts";
import { openImageSplit } from "./task.ts";

/**
 * Conditions of `count` examples: the labels and smaller versions of the test images from number `first`, over and over where
 * they do not suffice; nothing for a network that is told nothing.
 *
 * @param first - default 0; without it, classes alone are all classes in turn, for which no test images are needed
 * @param label - the class of all examples, in place of their images' labels
 * @throws Error if a test image that is needed has no label, or one that the network does not know
 */
export async function conditionsOf({ model }: Flow, run: Run, count: number, first?: number, label?: number): Promise<Conditioning> {
  const { classes, superResolution } = model;
  const told = label === undefined ? {} : { labels: label };
  if (superResolution === undefined && (classes === undefined || label !== undefined)) return told;
  if (classes !== undefined && superResolution === undefined && first === undefined) {
    return { labels: Array.from({ length: count }, (_, i) => i % classes) };
  }
  const options = parseOptions(run.record.options, run.file("options.json"));
  const { reader, labels } = await openImageSplit(options, "test");
  const images = Array.from({ length: count }, (_, i) => ((first ?? 0) + i) % reader.shape[0]);
  return {
    ...(classes !== undefined && label === undefined && { labels: labelsOf(images, labels, classes, options.data) }),
    ...told,
    ...(superResolution !== undefined && { lowResolution: middles(pooledReader(reader, superResolution), images) }),
  };
}

/** The labels of chosen images. The network's class for none in particular is no label of an image. */
function labelsOf(images: readonly number[], labels: ImageSet["labels"], classes: number, data: string): readonly number[] {
  if (labels === undefined) {
    throw new Error(`labels: expected a label beside every test image of ${data}, got none; put their file there`);
  }
  return images.map((image) => {
    const label = labels[image] ?? NaN;
    if (label < classes) return label;
    throw new Error(`labels: expected classes from 0 to ${String(classes - 1)} of the test images of ${data}, as the network was trained on, got ${String(label)} for image ${String(image)}; correct the label`);
  });
}

/** Chosen images as values in the middle of their levels, which is what a level stands for in [0, 256). */
function middles(reader: ImageReader, images: readonly number[]): Float32Array {
  const pixels = new Uint8Array(images.length * imageSize(reader.shape));
  reader.read(images, pixels);
  return Float32Array.from(pixels, (x) => x + 0.5);
}

/** Whether a run trained the regression baseline of super-resolution. */
export const restores = ({ record }: Run): boolean => record.objective?.["kind"] === "restoration";

/** The regression's images: one Euler step from zero is one evaluation of the network. */
export function restored(flow: Flow, count: number, told: Conditioning): Promise<Examples> {
  const size = flow.model.eventShape.reduce((a, b) => a * b, 1);
  return flow.decode(new Float32Array(count * size), { solver: "euler", steps: 1, ...told });
}
