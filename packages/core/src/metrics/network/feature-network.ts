import type { HostTensor, Runtime } from "@fluxion/graph";
import { crc32, describeModel, hostTensor } from "@fluxion/graph";
import type { SampleSet } from "../samples.ts";
import { preparer } from "./resize.ts";
import { planOf } from "./signature.ts";
import type { FeatureNetworkOptions, FeatureNetworkPlan } from "./signature.ts";

/** What a network says of pictures. */
export interface ImageFeatures {
  /** `[n, d]` */
  readonly features: SampleSet;
  /** `[n, classes]`; undefined if the network has no such output. */
  readonly probabilities: SampleSet | undefined;
}

/** A network whose features compare pictures. */
export interface FeatureNetwork {
  readonly name: string;
  /** Names network and preparation: features of equal ids and equal pictures are equal. */
  readonly id: string;
  /** Size, range and resizing in words, to be stated with every number. */
  readonly preparation: string;
  /**
   * Features of 8-bit pictures. Generated ones are rounded to bytes first (`toPixels`), as the data are: a network sees
   * the difference.
   *
   * @param images - bytes `[n, channels, height, width]`
   * @throws RangeError if they are no bytes, or have channels that the network does not take
   */
  extract(images: SampleSet): Promise<ImageFeatures>;
  dispose(): Promise<void>;
}

/**
 * Loads a feature network: an ONNX model with one input of images `[batch, channels, height, width]`.
 *
 * @param model - the bytes of its file
 * @throws RangeError if it has other inputs, or options are missing or do not fit it
 */
export async function featureNetwork(runtime: Runtime, model: Uint8Array, options: FeatureNetworkOptions = {}): Promise<FeatureNetwork> {
  const { name = "feature network", id = crc32(model), threads } = options;
  const loaded = await runtime.load(model, { name, threads });
  const plan = planOf(name, loaded, describeModel(model, name), options);
  return {
    name,
    id: `${id} ${preparationOf(plan)} ${plan.features} ${plan.classes?.output ?? ""}`,
    preparation: preparationOf(plan),
    extract: async (images) => {
      const calls: Record<string, HostTensor>[] = [];
      for (const feed of feeds(name, images, plan)) calls.push(await loaded.run({ [plan.input]: feed }));
      const n = images.shape[0] ?? 0;
      const { features, classes } = plan;
      const rows = pooled(name, features, calls, n);
      if (!classes) return { features: rows, probabilities: undefined };
      const values = pooled(name, classes.output, calls, n);
      return { features: rows, probabilities: classes.logits ? softmax(values) : values };
    },
    dispose: () => loaded.dispose(),
  };
}

const preparationOf = ({ image, range, antialias }: FeatureNetworkPlan): string =>
  `${image.join("×")}, pixels to [${range.join(", ")}], bilinear ${antialias ? "with" : "without"} antialiasing`;

/** The pictures in batches of the network's kind; the last of a fixed size is filled up. */
function* feeds(name: string, { values, shape }: SampleSet, plan: FeatureNetworkPlan): Generator<HostTensor> {
  const [n = 0, channels = 0, height = 0, width = 0] = shape;
  const [deep, high, wide] = plan.image;
  if (!(values instanceof Uint8Array) || shape.length !== 4 || n < 1 || n * channels * height * width !== values.length) {
    throw new RangeError(`${name}: expected 8-bit pictures [n, channels, height, width], got ${values.constructor.name} of shape [${shape.join(", ")}]; round generated ones with toPixels`);
  }
  if (channels !== deep && channels !== 1) {
    throw new RangeError(`${name}: expected pictures [n, ${deep}, height, width] or grey ones for the network's input [batch, ${plan.image.join(", ")}], got [${shape.join(", ")}]; take another network`);
  }
  const fill = preparer([channels, height, width], plan);
  for (let first = 0; first < n; first += plan.batch) {
    const count = Math.min(plan.batch, n - first);
    const size = plan.fixedBatch ? plan.batch : count;
    const batch = new Float32Array(size * deep * high * wide);
    fill(values, first, count, batch);
    yield hostTensor(plan.whole ? batch.map(Math.round) : batch, [size, ...plan.image]);
  }
}

/** The rows of an output over all calls, averaged over places if it has any. */
function pooled(name: string, output: string, calls: readonly Record<string, HostTensor>[], n: number): SampleSet {
  const [, d = 0, ...places] = calls[0]?.[output]?.shape ?? [];
  const area = places.reduce((a, b) => a * b, 1);
  if (d < 1 || area < 1) throw new RangeError(`${name}: expected an output "${output}" [batch, d] or [batch, d, h, w], got [${calls[0]?.[output]?.shape.join(", ") ?? ""}]; name another`);
  const values = new Float32Array(n * d);
  let row = 0;
  for (const call of calls) {
    const { data, shape: [count = 0] = [] } = call[output] ?? { data: [] };
    for (let i = 0; i < count * d && row + i < n * d; i++) {
      let sum = 0;
      for (let k = 0; k < area; k++) sum += Number(data[i * area + k]);
      values[row + i] = sum / area;
    }
    row += count * d;
  }
  return { values, shape: [n, d] };
}

function softmax({ values, shape }: SampleSet): SampleSet {
  const d = shape[1] ?? 1;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i += d) {
    const row = Float64Array.from(values.subarray(i, i + d));
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = row.map((value) => Math.exp(value - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    out.set(powers.map((power) => power / sum), i);
  }
  return { values: out, shape };
}
