/** @file A small convolutional network: shapes of its parameters by name, and its logits. */
import { normal } from "fluxion";
import type { Key } from "fluxion";
import { add, conv2d, hostTensor, matmul, maxPool2d, relu, reshape, scope, sizeOf } from "@fluxion/graph";
import type { HostTensor, Tensor } from "@fluxion/graph";
import { scaled } from "./loss.ts";

export const shapes = {
  "conv1/weights": [16, 1, 3, 3],
  "conv1/bias": [16, 1, 1],
  "conv2/weights": [32, 16, 3, 3],
  "conv2/bias": [32, 1, 1],
  "dense/weights": [32 * 7 * 7, 10],
  "dense/bias": [10],
} as const;

/** One of something for each parameter. */
export type Each<T> = Record<keyof typeof shapes, T>;

/** Images `[batch, 1, 28, 28]` to logits `[batch, 10]`. */
export function logits(p: Each<Tensor>, images: Tensor): Tensor {
  const half = scope("conv1", () =>
    maxPool2d(relu(add(conv2d(scaled(images), p["conv1/weights"], { padding: "same" }), p["conv1/bias"])), 2));
  const quarter = scope("conv2", () =>
    maxPool2d(relu(add(conv2d(half, p["conv2/weights"], { padding: "same" }), p["conv2/bias"])), 2));
  return scope("dense", () => add(matmul(reshape(quarter, [-1, 32 * 7 * 7]), p["dense/weights"]), p["dense/bias"]));
}

/** The names, in the order of `shapes`. */
export const names = Object.keys(shapes) as (keyof typeof shapes)[];

/** Makes one of something for each parameter. */
export const mapEach = <T>(f: (name: keyof typeof shapes, i: number) => T): Each<T> =>
  Object.fromEntries(names.map((name, i) => [name, f(name, i)])) as Each<T>;

/** Weights with variance 2 over the number of inputs that meet in an output (He et al. 2015); biases 0. */
export const initialise = (key: Key): Each<HostTensor> =>
  mapEach((name) => {
    const shape: readonly number[] = shapes[name];
    const size = sizeOf(shape);
    if (name.endsWith("bias")) return hostTensor(new Float32Array(size), shape);
    const inputs = name.startsWith("conv") ? sizeOf(shape.slice(1)) : (shape[0] ?? 1);
    const scale = Math.sqrt(2 / inputs);
    return hostTensor(normal(key.child(name), size).map((value) => value * scale), shape);
  });
