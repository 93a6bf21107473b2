import { classifier, classifierAccuracy, createClassifierTrainer, encodeClassifier, Key, parameterCount, unflattenValues } from "fluxion";
import type { LabelledImages, Trainer } from "fluxion";
import { writeAtomic } from "@fluxion/node";
import type { ImageSet, ImageSplit } from "@fluxion/node";
import { openRuntime } from "../compute.ts";
import type { ComputeFlags } from "../compute.ts";
import { formatCount, formatSeconds } from "../format.ts";
import { Interrupted, interruptible } from "../interruption.ts";
import { startProgress } from "../progress.ts";
import { openImageSplit } from "../task.ts";
import type { ImageSource } from "../task.ts";
import { measureStepMs, stepsPerCall } from "../trainer.ts";
import { version } from "../version.ts";

/** Options of `fluxion features`. */
export interface FeaturesArguments extends ComputeFlags, Omit<ImageSource, "data"> {
  readonly minutes: number;
  /** Steps instead of minutes. */
  readonly steps?: number | undefined;
  /** Width of the layer of features. */
  readonly features: number;
  readonly batch: number;
  /** Pixels by which pictures are moved in training. Default a fourteenth of their smaller side. */
  readonly shift?: number | undefined;
  readonly seed: number;
  readonly out: string;
}

/** Trains a classifier on labelled images and writes it as a feature network. */
export async function features(data: string, args: FeaturesArguments): Promise<void> {
  const stopped = (): Interrupted => new Interrupted(`stopped before the end, ${args.out} is not written`, "run the same command again");
  await interruptible(stopped, () => trainFeatures(data, args));
}

async function trainFeatures(data: string, args: FeaturesArguments): Promise<void> {
  const { seed, out, device, threads, batch, pool, imageSize, colour, skipBad } = args;
  const source = { data, pool, imageSize, colour, skipBad };
  if (!out.endsWith(".onnx")) throw new Error(`--out: expected a name that ends in .onnx, got "${out}"`);
  const training = await openLabelled(source, "train");
  const classes = training.classes ?? Array.from(training.labels).reduce((most, label) => Math.max(most, label + 1), 2);
  const [count, ...image] = training.reader.shape;
  const { shift = Math.floor(Math.min(...image.slice(1)) / 14) } = args;
  const network = classifier({ image, classes, features: args.features });
  const runtime = await openRuntime({ device, threads });
  const trainer = await createClassifierTrainer({ runtime, classifier: network, data: training, key: Key.from(seed).child("features"), batchSize: batch, shift, threads });
  process.stdout.write(`${data}: ${formatCount(count)} images of ${classes} classes, ${formatCount(parameterCount(network))} parameters, ${args.features} features, batch ${batch}\n`);
  await loop(trainer, args);
  const { step, ema } = await trainer.read();
  await trainer.dispose();
  const test = await openLabelled(source, "test");
  const encode = (metadata: Readonly<Record<string, string>>): Uint8Array => encodeClassifier(network, unflattenValues(network.parameters, ema), metadata);
  const accuracy = await classifierAccuracy(runtime, encode({}), test);
  const model = encode({
    "fluxion.version": version,
    "fluxion.data": data,
    "fluxion.pool": String(pool ?? 1),
    "fluxion.steps": String(step),
    "fluxion.seed": String(seed),
    "fluxion.testAccuracy": accuracy.toFixed(4),
  });
  writeAtomic(out, model);
  process.stdout.write(`test accuracy ${(100 * accuracy).toFixed(2)} % on ${formatCount(test.labels.length)} images\n${out}: outputs features and probabilities, ${formatCount(model.length)} bytes\n`);
}

/** Images with their labels, read as they are needed. */
async function openLabelled(source: ImageSource, split: ImageSplit): Promise<LabelledImages & Pick<ImageSet, "classes">> {
  const { reader, labels, classes } = await openImageSplit(source, split);
  if (!labels) throw new Error(`${source.data}: expected labels beside the ${split} images, such as ${split === "train" ? "train" : "t10k"}-labels-idx1-ubyte, got none; put the file there`);
  return { reader, labels, classes };
}

async function loop(trainer: Trainer, { minutes, steps: asked }: FeaturesArguments): Promise<void> {
  const started = performance.now();
  const stepMs = await measureStepMs(trainer, asked === undefined ? 2000 : 300);
  const left = minutes * 60_000 - (performance.now() - started);
  const steps = asked ?? Math.max(1, Math.round(left / (1.05 * stepMs)));
  process.stdout.write(`${stepMs.toFixed(1)} ms a step, ${formatCount(steps)} steps: about ${formatSeconds((steps * stepMs) / 1000)}\n`);
  const chunk = stepsPerCall(stepMs);
  const progress = startProgress({ total: steps, stream: process.stdout });
  try {
    while (trainer.step < steps) {
      const { step, losses } = await trainer.advance(Math.min(chunk, steps - trainer.step), steps);
      progress.update(step, { loss: (losses.reduce((a, b) => a + b, 0) / losses.length).toFixed(4) });
    }
  } finally {
    progress.stop();
  }
}
