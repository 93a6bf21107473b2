import { extname } from "node:path";
import { parseCsv, parseNpy } from "fluxion";
import type { FloatArray } from "fluxion";
import { readBytes } from "./read-file.ts";

/** Points as files hold them. */
export interface LoadedPoints {
  /** `[n, d]`, row-major. */
  readonly data: FloatArray;
  readonly shape: readonly [number, number];
}

/**
 * Reads points from a .npy file (`[n]` or `[n, d]`) or from text, one point a line.
 *
 * @throws Error naming the file and what is wrong with it
 */
export function loadPoints(path: string): LoadedPoints {
  if (extname(path).toLowerCase() !== ".npy") {
    const { data, shape } = parseCsv(new TextDecoder().decode(readBytes(path)), path);
    return { data, shape };
  }
  const { data, shape } = parseNpy(readBytes(path), path);
  const [n = 0, d = 1] = shape;
  if (shape.length < 1 || shape.length > 2) {
    throw new Error(`${path}: expected points [n, d], got an array [${shape.join(", ")}]; reshape it`);
  }
  const values = data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data as ArrayLike<number>, Number);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new Error(`${path}: expected finite numbers, got ${String(values[bad])} in row ${String(Math.floor(bad / d))}; remove that row`);
  }
  return { data: values, shape: [n, d] };
}
