import type { Tensor } from "@fluxion/graph";
import { cast, concat } from "@fluxion/graph";
import type { ActivationName } from "../nn/activation.ts";
import { activation as activationOf, activationNames } from "../nn/activation.ts";
import { linear } from "../nn/linear.ts";
import type { Module } from "../nn/module.ts";
import { compose } from "../nn/module.ts";
import type { TimeEmbedding } from "../nn/time-embedding.ts";
import { fourierTime, plainTime } from "../nn/time-embedding.ts";
import type { Model } from "./model.ts";
import { checkInputs } from "./model.ts";
import { checkKeys, oneOf, wholeNumber } from "./options.ts";

/** Options of `mlp`. */
export interface MlpOptions {
  /** The dimension d of an example. */
  readonly dimension: number;
  /** Units of each hidden layer. Default: 128. */
  readonly width?: number | undefined;
  /** The number of hidden layers. Default: 4. */
  readonly depth?: number | undefined;
  /** Default: "silu". */
  readonly activation?: ActivationName | undefined;
  /** How time enters beside x: t itself, or the sine and cosine of kπt. Default: "fourier". */
  readonly time?: "fourier" | "plain" | undefined;
  /** The number of frequencies, k = 1 to this. Default: 8. Only with `time: "fourier"`. */
  readonly timeFrequencies?: number | undefined;
}

/**
 * A multi-layer perceptron on `[x, features of t]` for examples `[d]`.
 *
 * @throws RangeError for unknown or ill-typed options
 */
export function mlp(options: MlpOptions): Model {
  const config = resolve(options);
  const { dimension } = config;
  const network = perceptron(config);
  return {
    kind: "mlp",
    config: { kind: "mlp", ...config },
    eventShape: [dimension],
    parameters: network.parameters,
    apply(params, xt, t) {
      checkInputs("mlp", [dimension], xt, t);
      return network.apply(params, xt, t);
    },
  };
}

interface MlpConfig {
  readonly dimension: number;
  readonly width: number;
  readonly depth: number;
  readonly activation: ActivationName;
  readonly time: "fourier" | "plain";
  readonly timeFrequencies?: number;
}

function resolve(options: MlpOptions): MlpConfig {
  checkKeys("mlp", options, ["dimension", "width", "depth", "activation", "time", "timeFrequencies"]);
  const { dimension, width = 128, depth = 4, activation = "silu", time = "fourier", timeFrequencies } = options;
  if (time === "plain" && timeFrequencies !== undefined) {
    throw new RangeError('mlp: timeFrequencies belongs to time "fourier", got time "plain"; leave one out');
  }
  return {
    dimension: wholeNumber("mlp: dimension", dimension),
    width: wholeNumber("mlp: width", width),
    depth: wholeNumber("mlp: depth", depth),
    activation: oneOf("mlp: activation", activation, activationNames),
    time: oneOf("mlp: time", time, ["fourier", "plain"]),
    ...(time === "fourier" && { timeFrequencies: wholeNumber("mlp: timeFrequencies", timeFrequencies ?? 8) }),
  };
}

function timeInput({ timeFrequencies }: MlpConfig): TimeEmbedding {
  if (timeFrequencies === undefined) return plainTime();
  return fourierTime(Array.from({ length: timeFrequencies }, (_, i) => Math.PI * (i + 1)));
}

function perceptron(config: MlpConfig): Module<readonly [Tensor, Tensor]> {
  const { dimension, width, depth } = config;
  const act = activationOf(config.activation);
  const time = timeInput(config);
  const hidden = Array.from({ length: depth }, (_, i) => linear(i === 0 ? dimension + time.size : width, width));
  return compose({ time, hidden, output: linear(width, dimension) }, (net, x: Tensor, t: Tensor) => {
    const inputs = concat([x, cast(net.time(t), x.dtype)], 1);
    return net.output(net.hidden.reduce((h, layer) => act(layer(h)), inputs));
  });
}
