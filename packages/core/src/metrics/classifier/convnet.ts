import { cast, mul, relu, reshape, sub } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { compose, conv2d, linear } from "../../nn/index.ts";
import type { ParameterSpecs, Params } from "../../nn/module.ts";
import { wholeFrom } from "../../whole-from.ts";

/** Options of `classifier`. */
export interface ClassifierOptions {
  /** `[channels, height, width]`, sides from 4. */
  readonly image: readonly [number, number, number];
  /** From 2. */
  readonly classes: number;
  /** Width of the layer before the last, whose values are the features. Default 64. */
  readonly features?: number | undefined;
  /** Channels of the first convolution; the others have twice as many. Default 16. */
  readonly channels?: number | undefined;
}

/** A small convolutional network that tells classes apart. */
export interface Classifier {
  readonly image: readonly [number, number, number];
  readonly classes: number;
  readonly parameters: ParameterSpecs;
  /** Pixels 0 … 255 `[batch, ...image]` to features `[batch, features]` and logits `[batch, classes]`. */
  apply(params: Params<Tensor>, pixels: Tensor): { readonly features: Tensor; readonly logits: Tensor };
}

/**
 * Three convolutions, the first two with stride 2, a hidden layer of features, and logits. Strides instead of pools: at
 * the full size of the picture a pool and its derivative take several times as long as the convolution.
 *
 * @throws RangeError if pictures are too small or options out of range
 */
export function classifier({ image, classes, features = 64, channels = 16 }: ClassifierOptions): Classifier {
  const [deep, height, width] = image;
  if (Math.min(height, width) < 4) {
    throw new RangeError(`classifier: image: expected sides of at least 4 pixels, which two strides need, got [${image.join(", ")}]; enlarge the pictures`);
  }
  wholeFrom("classifier: classes", classes, 2);
  wholeFrom("classifier: features", features, 1);
  wholeFrom("classifier: channels", channels, 1);
  const flat = 2 * channels * Math.ceil(height / 4) * Math.ceil(width / 4);
  const body = compose(
    {
      conv1: conv2d(deep, channels, { kernel: 5, stride: 2 }),
      conv2: conv2d(channels, 2 * channels, { stride: 2 }),
      conv3: conv2d(2 * channels, 2 * channels),
      hidden: linear(flat, features),
    },
    ({ conv1, conv2, conv3, hidden }, x: Tensor) => {
      const quarter = relu(conv3(relu(conv2(relu(conv1(x))))));
      return relu(hidden(reshape(quarter, [-1, flat])));
    },
  );
  const head = linear(features, classes);
  const prefixed = (name: string, specs: ParameterSpecs): ParameterSpecs =>
    Object.fromEntries(Object.entries(specs).map(([key, spec]) => [`${name}.${key}`, spec]));
  const own = (name: string, params: Params<Tensor>): Params<Tensor> =>
    Object.fromEntries(Object.entries(params).flatMap(([key, value]) => (key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value]] : [])));
  return {
    image,
    classes,
    parameters: { ...prefixed("body", body.parameters), ...prefixed("head", head.parameters) },
    apply: (params, pixels) => {
      const values = body.apply(own("body", params), sub(mul(cast(pixels, "float32"), 2 / 255), 1));
      return { features: values, logits: head.apply(own("head", params), values) };
    },
  };
}
