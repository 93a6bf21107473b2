import type { Key } from "../random/key.ts";
import { uniform } from "../random/uniform.ts";
import { batchOf, epochOrder } from "./epochs.ts";
import type { EpochOrder } from "./epochs.ts";
import { flipImages } from "./flip-images.ts";
import type { ImageReader } from "./image-reader.ts";
import { imagesInMemory } from "./image-reader.ts";
import type { TrainingData, TrainingLabels } from "./training-data.ts";

/** Classes of images. */
export interface ImageLabels {
  readonly labels?: Uint8Array | Int32Array | undefined;
  /** Labels run from 0 to this, exclusive. Default: one more than the greatest. */
  readonly classes?: number | undefined;
}

/** How images become training data. */
export interface TrainingImagesOptions extends ImageLabels {
  /** Turn every image left to right with probability 1/2, drawn anew for each example and step. Default false. */
  readonly flip?: boolean | undefined;
}

/**
 * Training data from 8-bit images `[n, channels, height, width]`: y = (x + u)/128 − 1 with fresh u ~ U[0, 1) every step,
 * the transform that bits per dimension uses (paper, Appendix C, eqs 36–37).
 * @param options - labels: one for each image, from 0
 * @throws RangeError for values that the shape does not hold, no image, or labels that do not fit.
 */
export function trainingImages(
  images: Uint8Array,
  shape: readonly [number, number, number, number],
  options: TrainingImagesOptions = {},
): TrainingData {
  const [n, ...eventShape] = shape;
  const eventSize = eventShape.reduce((product, length) => product * length, 1);
  if (n < 1 || eventSize < 1 || images.length !== n * eventSize) {
    throw new RangeError(
      `trainingImages: expected [n, c, h, w] of ${images.length} pixels, got [${shape.join(", ")}]; give the images' shape`,
    );
  }
  return trainingImagesFrom(imagesInMemory(images, shape), options);
}

/**
 * Training data from images that are read by number, as `trainingImages` makes it, bit for bit. It holds four bytes an image,
 * the order of an epoch, and labels; a batch is read when it is drawn.
 * @throws RangeError for no image, or labels that do not fit; `fill` throws what reading throws.
 */
export function trainingImagesFrom(reader: ImageReader, { labels, classes, flip = false }: TrainingImagesOptions = {}): TrainingData {
  const [n, ...eventShape] = reader.shape;
  const [, , width] = eventShape;
  const eventSize = eventShape.reduce((product, length) => product * length, 1);
  if (n < 1 || eventSize < 1) throw new RangeError(`trainingImagesFrom: expected images, got shape [${reader.shape.join(", ")}]; give some`);
  const batchOrder = epochOrder(n);
  let pixels = new Uint8Array(0);
  const fill = (key: Key, step: number, out: Float32Array): void => {
    const batch = batchOf(out.length, eventSize);
    // Only a buffer: reading fills all of it.
    if (pixels.length !== out.length) pixels = new Uint8Array(out.length);
    reader.read(batchOrder(key, step, batch), pixels);
    if (flip) flipImages(key.child("flip", step), pixels, batch, width);
    uniform(key.child("dequantize", step), out);
    for (let i = 0; i < out.length; i++) out[i] = ((pixels[i] ?? 0) + (out[i] ?? 0)) / 128 - 1;
  };
  return {
    eventShape,
    size: n,
    transform: { kind: "images8bit" },
    fill,
    ...(labels && { labels: trainingLabels(labels, n, classes ?? 1 + Array.from(labels).reduce((a, b) => Math.max(a, b), 0), batchOrder) }),
  };
}

function trainingLabels(labels: ArrayLike<number>, size: number, classes: number, order: EpochOrder): TrainingLabels {
  if (labels.length !== size) {
    throw new RangeError(
      `trainingImages: labels: expected one for each of ${size} images, got ${labels.length}; give labels and images of one set`,
    );
  }
  const values = Int32Array.from(labels);
  const bad = Array.from(labels).findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (bad >= 0) {
    throw new RangeError(
      `trainingImages: labels: expected whole numbers from 0 to ${classes - 1}, got ${labels[bad] ?? NaN} for image ${bad}; correct it or give more classes`,
    );
  }
  return {
    classes,
    fill: (key, step, out) => {
      order(key, step, out.length).forEach((image, i) => {
        out[i] = values[image] ?? 0;
      });
    },
  };
}
