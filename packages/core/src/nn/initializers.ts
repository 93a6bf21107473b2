/** @file Initial values of parameters, pure functions of a key. */
import { sizeOf } from "@fluxion/graph";
import { normal, uniform } from "../random/index.ts";
import type { ParameterSpec } from "./module.ts";

/**
 * A parameter drawn from U(−b, b) with b = 1/√fanIn: PyTorch's default for weights (Kaiming uniform, a = √5) and biases.
 *
 * @param fanIn - inputs that one output value sums over
 */
export function uniformFanIn(shape: readonly number[], fanIn: number): ParameterSpec {
  return uniformWithin(shape, 1 / Math.sqrt(fanIn));
}

/** A weight `[inputs, outputs]` drawn from U(−b, b) with b = √(6/(inputs + outputs)) (Glorot and Bengio 2010). */
export function uniformGlorot([inputs, outputs]: readonly [number, number]): ParameterSpec {
  return uniformWithin([inputs, outputs], Math.sqrt(6 / (inputs + outputs)));
}

function uniformWithin(shape: readonly number[], bound: number): ParameterSpec {
  return {
    shape,
    init(key) {
      const values = new Float32Array(sizeOf(shape));
      uniform(key, values);
      return values.map((u) => bound * (2 * u - 1));
    },
  };
}

/** A parameter drawn from N(0, std²). */
export function gaussian(shape: readonly number[], std: number): ParameterSpec {
  return { shape, init: (key) => normal(key, sizeOf(shape)).map((value) => std * value) };
}

/** A parameter that starts at one value everywhere. */
export function filled(shape: readonly number[], value: number): ParameterSpec {
  return { shape, init: () => new Float32Array(sizeOf(shape)).fill(value) };
}
