/** @file What a feature network is fed and gives, read from its ONNX file. */
import type { ModelDescription, ModelSignature } from "@fluxion/graph";
import { checkOptions } from "../samples.ts";

/** How to use a network. */
export interface FeatureNetworkOptions {
  /** What messages and reports call it. Default "feature network". */
  readonly name?: string | undefined;
  /** Names its content, as a hash does; caches go by it. Default: a checksum of the file. */
  readonly id?: string | undefined;
  /** `[height, width]` that pictures are resized to. Default: what the file says; needed where it leaves them open. */
  readonly size?: readonly [number, number] | undefined;
  /** What pixels 0 and 255 become. Default: what a network of `fluxion features` says of itself; needed for others. */
  readonly range?: readonly [number, number] | undefined;
  /** Whether shrinking smooths, as PIL and clean-fid do. Default true; TensorFlow's old resizing does not. */
  readonly antialias?: boolean | undefined;
  /** The output with features `[batch, d]`, or `[batch, d, h, w]`, which is averaged over places. Default "features", or the only output. */
  readonly features?: string | undefined;
  /** The output with class probabilities. Default "probabilities", where there is one. */
  readonly probabilities?: string | undefined;
  /** The output with logits, whose softmax is taken. Default "logits", where there is one and no probabilities. */
  readonly logits?: string | undefined;
  /** Pictures in a call, from 1. Default 100. */
  readonly batch?: number | undefined;
  /** Threads of the runtime. Default: all. */
  readonly threads?: number | undefined;
}

const known = ["name", "id", "size", "range", "antialias", "features", "probabilities", "logits", "batch", "threads"];

/** The checked use of a network. */
export interface FeatureNetworkPlan {
  readonly input: string;
  /** `[channels, height, width]` */
  readonly image: readonly [number, number, number];
  readonly range: readonly [number, number];
  readonly antialias: boolean;
  readonly features: string;
  readonly classes: { readonly output: string; readonly logits: boolean } | undefined;
  readonly batch: number;
  /** Whether the network takes batches of that size only. */
  readonly fixedBatch: boolean;
  readonly whole: boolean;
}

/**
 * Reads from a model how to feed it.
 *
 * @throws RangeError if it has not one input of images, or options are missing or do not fit it
 */
export function planOf(name: string, { inputs, outputs }: ModelSignature, { metadata }: ModelDescription, options: FeatureNetworkOptions): FeatureNetworkPlan {
  checkOptions(name, options, known);
  const entries = Object.entries(inputs);
  const [[input, { shape, dtype }] = ["", { shape: undefined, dtype: "float32" }]] = entries;
  const [n, channels, height, width] = shape ?? [];
  if (entries.length !== 1 || shape?.length !== 4 || typeof channels !== "number") {
    const got = entries.map(([key, value]) => `${key} [${value.shape?.join(", ") ?? "any shape"}]`).join(", ");
    throw new RangeError(`${name}: expected one input of images [batch, channels, height, width] with known channels, got ${got}; export the network with that layout`);
  }
  const fixedBatch = typeof n === "number";
  const batch = fixedBatch ? n : (options.batch ?? 100);
  if (!Number.isSafeInteger(batch) || batch < 1) throw new RangeError(`${name}: batch: expected a whole number from 1, got ${batch}`);
  return {
    input,
    image: [channels, ...sizeOf(name, [height, width], options.size)],
    range: rangeOf(name, options.range, metadata["fluxion.range"]),
    antialias: options.antialias ?? true,
    features: outputOf(name, Object.keys(outputs), "features", options.features) ?? onlyOutput(name, Object.keys(outputs)),
    classes: classesOf(name, Object.keys(outputs), options),
    batch,
    fixedBatch,
    whole: dtype !== "float32" && dtype !== "float64" && dtype !== "float16",
  };
}

function sizeOf(name: string, own: readonly (number | string | undefined)[], given: FeatureNetworkOptions["size"]): readonly [number, number] {
  const [height, width] = own.map((length, i) => (typeof length === "number" ? length : given?.[i]));
  if (height === undefined || width === undefined) {
    throw new RangeError(`${name}: size: expected [height, width], which the network leaves open as [${own.join(", ")}], got none; give the size that it was trained at`);
  }
  if (given && (given[0] !== height || given[1] !== width || !given.every((length) => Number.isSafeInteger(length) && length > 0))) {
    throw new RangeError(`${name}: size: expected [${height}, ${width}], the network's own, got [${given.join(", ")}]; leave it out`);
  }
  return [height, width];
}

function rangeOf(name: string, given: FeatureNetworkOptions["range"], own: string | undefined): readonly [number, number] {
  const bounds: readonly (number | undefined)[] = given ?? own?.split(" ").map(Number) ?? [];
  const [low, high] = bounds;
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high) || low === high) {
    throw new RangeError(`${name}: range: expected what the pixels 0 and 255 become, such as [-1, 1], got ${given ? `[${given.join(", ")}]` : "none"}; see how the network was trained`);
  }
  return [low, high];
}

function outputOf(name: string, outputs: readonly string[], usual: string, given: string | undefined): string | undefined {
  if (given === undefined) return outputs.includes(usual) ? usual : undefined;
  if (outputs.includes(given)) return given;
  throw new RangeError(`${name}: ${usual}: expected one of the outputs ${outputs.join(", ")}, got "${given}"`);
}

function onlyOutput(name: string, outputs: readonly string[]): string {
  const [only] = outputs;
  if (only !== undefined && outputs.length === 1) return only;
  throw new RangeError(`${name}: features: expected the name of one of the outputs ${outputs.join(", ")}, got none; none is called "features"`);
}

function classesOf(name: string, outputs: readonly string[], options: FeatureNetworkOptions): FeatureNetworkPlan["classes"] {
  const probabilities = outputOf(name, outputs, "probabilities", options.probabilities);
  if (probabilities !== undefined) return { output: probabilities, logits: false };
  const logits = outputOf(name, outputs, "logits", options.logits);
  return logits === undefined ? undefined : { output: logits, logits: true };
}
