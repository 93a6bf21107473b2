/** @file The layout in which ONNX Runtime's fastest convolutions keep their images, which depends on the processor. */
import { conv2d, input, lower, trace } from "@fluxion/graph";
import type { Program } from "@fluxion/graph";
import * as ort from "onnxruntime-node";
import { openSession } from "./open-session.ts";

/** Those of ONNX Runtime: 16 with AVX-512 and on ARM, 8 on other x86. */
const candidates = [16, 8];
const channels = 16;

let found: Promise<number | undefined> | undefined;

/**
 * How many channels ONNX Runtime keeps together here, or undefined where it has no such layout. It does not say, so small
 * convolutions are tried once: with the wrong block their numbers are wrong.
 */
export const channelBlock = (): Promise<number | undefined> => (found ??= find());

async function find(): Promise<number | undefined> {
  const program = trace("probe", { x: input([1, channels, 2, 2]), w: input([channels, channels, 2, 2]) }, ({ x, w }) => ({ y: conv2d(x, w) }));
  const expected = await result(program, undefined);
  for (const block of candidates) {
    const got = await result(program, block).catch(() => undefined);
    if (got?.every((value, i) => Math.abs(value - (expected?.[i] ?? NaN)) < 1e-4) === true) return block;
  }
  return undefined;
}

async function result(program: Program, block: number | undefined): Promise<Float32Array | undefined> {
  const session = await openSession(lower(program, { channelBlock: block }), 1);
  const wave = (...shape: number[]) =>
    new ort.Tensor("float32", Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)), shape);
  const { y } = await session.run({ x: wave(1, channels, 2, 2), w: wave(channels, channels, 2, 2) });
  await session.release();
  return y?.data as Float32Array | undefined;
}
