import type { HostTensor, Program, Runtime, Tensor } from "@fluxion/graph";
import { grad, hostTensor, input, logSoftmax, mean, mul, neg, oneHot, scan, sum, trace } from "@fluxion/graph";
import { epochOrder } from "../../data/epochs.ts";
import type { EpochOrder } from "../../data/epochs.ts";
import type { ImageReader } from "../../data/image-reader.ts";
import { shiftImages } from "../../data/shift-images.ts";
import type { Key } from "../../random/key.ts";
import { fedAgain, flatten, initialState, optimizerStep, resolveOptimizer, stateLayout, stepScalars, stepTrainer, unflatten } from "../../training/index.ts";
import type { DrawSteps, StepOutput, Trainer } from "../../training/index.ts";
import { flatSize } from "../../training/layout.ts";
import { scalarsPerStep } from "../../training/optimizer.ts";
import type { OptimizerConfig } from "../../training/optimizer.ts";
import { wholeFrom } from "../../whole-from.ts";
import type { Classifier } from "./convnet.ts";

/** Pictures and the class in each. */
export interface LabelledImages {
  /** Read a batch at a time; `imagesInMemory` makes a reader of bytes. */
  readonly reader: ImageReader;
  /** `[n]`, from 0 to one less than classes. */
  readonly labels: Uint8Array | Int32Array;
}

/** Options of `createClassifierTrainer`. */
export interface ClassifierTrainerOptions {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly data: LabelledImages;
  /** Names weights and the order of examples. */
  readonly key: Key;
  /** Pictures per step, from 1. Default 64. */
  readonly batchSize?: number | undefined;
  /** Peak learning rate of Adam, which falls to 0 along a line. Default 2e-3. */
  readonly learningRate?: number | undefined;
  /** Moves every picture by up to so many pixels, drawn anew for each example and step. Default 0. */
  readonly shift?: number | undefined;
  readonly threads?: number | undefined;
}

/**
 * Compiles the training of a classifier by cross-entropy: Adam, weight average and clipping as for flows.
 *
 * @throws RangeError if pictures do not fit the classifier, or a label is missing or out of range
 */
export async function createClassifierTrainer(options: ClassifierTrainerOptions): Promise<Trainer> {
  const { runtime, classifier, data, key, threads, learningRate = 2e-3, shift = 0 } = options;
  const batch = wholeFrom("classifier: batchSize", options.batchSize ?? 64, 1);
  wholeFrom("classifier: shift", shift, 0);
  checkLabels(classifier, data);
  const optimizer = resolveOptimizer({ learningRate, schedule: "polynomial", emaDecay: 0.99 });
  const layout = stateLayout(classifier.parameters, [classifier.parameters]);
  const executable = await runtime.compile(stepProgram(classifier, batch, optimizer), { threads, resident: fedAgain(layout) });
  const order = epochOrder(data.labels.length);
  const draw: DrawSteps = (first, count, total) => batches({ classifier, data, key, batch, optimizer, shift }, order, first, count, total);
  return stepTrainer(executable, layout, draw, initialState(classifier, key));
}

function checkLabels({ image, classes }: Classifier, { reader, labels }: LabelledImages): void {
  const [n, ...event] = reader.shape;
  if (event.join() !== image.join()) {
    throw new RangeError(`classifier: expected pictures of shape [${image.join(", ")}], got [${event.join(", ")}]; use the classifier of such pictures`);
  }
  if (labels.length !== n) throw new RangeError(`classifier: expected ${n} labels, one for each picture, got ${labels.length}`);
  const bad = labels.findIndex((label) => label < 0 || label >= classes);
  if (bad >= 0) throw new RangeError(`classifier: expected labels from 0 to ${classes - 1}, got ${labels[bad] ?? NaN} for picture ${bad}; raise the number of classes or repair the labels`);
}

/** Steps of training as a scan over batches of bytes `[steps, batch, ...image]`. */
function stepProgram(classifier: Classifier, batch: number, optimizer: OptimizerConfig): Program<StepOutput> {
  const size = flatSize(classifier.parameters);
  const inputs = {
    "params.0": input([size]),
    "m.0": input([size]),
    "v.0": input([size]),
    "ema.0": input([size]),
    pixels: input(["steps", batch, ...classifier.image], "uint8"),
    labels: input(["steps", batch], "int32"),
    scalars: input(["steps", scalarsPerStep]),
  };
  return trace("classifier", inputs, ({ "params.0": params, "m.0": m, "v.0": v, "ema.0": ema, pixels, labels, scalars }) => {
    const { carry, ys } = scan({ carry: [params, m, v, ema], xs: [pixels, labels, scalars] }, (state, xs) => {
      const [values, first, second, average] = state;
      const [images, classes, numbers] = xs;
      const tensors = unflatten(classifier.parameters, values);
      const loss = crossEntropy(classifier.apply(tensors, images).logits, classes, classifier.classes);
      const gradient = flatten(grad(loss, Object.values(tensors)));
      const { state: next, gradientNorm } = optimizerStep({ params: values, m: first, v: second, ema: average }, gradient, numbers, optimizer);
      return { carry: [next.params, next.m, next.v, next.ema], ys: [loss, gradientNorm] };
    });
    const [nextParams, nextM, nextV, nextEma] = carry;
    const [loss, gradientNorm] = ys;
    return { "next.params.0": nextParams, "next.m.0": nextM, "next.v.0": nextV, "next.ema.0": nextEma, loss, gradientNorm };
  });
}

/** The mean of −log p(label) over the batch. */
const crossEntropy = (logits: Tensor, labels: Tensor, classes: number): Tensor =>
  neg(mean(sum(mul(oneHot(labels, classes), logSoftmax(logits)), { axes: [1] })));

interface Compiled {
  readonly classifier: Classifier;
  readonly data: LabelledImages;
  readonly key: Key;
  readonly batch: number;
  readonly optimizer: OptimizerConfig;
  readonly shift: number;
}

/** Pictures, labels and schedule of `count` steps; which pictures, key and step number say. */
function batches({ data, key, batch, optimizer, classifier, shift }: Compiled, order: EpochOrder, first: number, count: number, total: number): Record<string, HostTensor> {
  const size = classifier.image.reduce((a, b) => a * b, 1);
  const pixels = new Uint8Array(count * batch * size);
  const labels = new Int32Array(count * batch);
  const scalars = new Float32Array(count * scalarsPerStep);
  for (let i = 0; i < count; i++) {
    const pictures = order(key.child("order"), first + i, batch);
    const some = pixels.subarray(i * batch * size, (i + 1) * batch * size);
    data.reader.read(pictures, some);
    if (shift > 0) shiftImages(key.child("shift", first + i), some, classifier.image, shift);
    labels.set(Array.from(pictures, (picture) => data.labels[picture] ?? 0), i * batch);
    stepScalars(first + i, total, optimizer, scalars.subarray(i * scalarsPerStep, (i + 1) * scalarsPerStep));
  }
  return {
    pixels: hostTensor(pixels, [count, batch, ...classifier.image], "uint8"),
    labels: hostTensor(labels, [count, batch], "int32"),
    scalars: hostTensor(scalars, [count, scalarsPerStep]),
  };
}
