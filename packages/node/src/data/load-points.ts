import { extname } from "node:path";
import { parseCsv, parseNpy } from "fluxion";
import type { FloatArray, NpyArray } from "fluxion";
import { readDataFile } from "./read-file.ts";

/** Points of a file. */
export interface LoadedPoints {
  /** Row-major values: float32 as they are, anything else in float64. */
  readonly data: FloatArray;
  /** Number of points and their dimension. */
  readonly shape: readonly [number, number];
}

/**
 * Reads points from a .csv, .tsv, .txt or .npy file, one a row; a .npy vector `[n]` holds n points of dimension 1.
 * @throws Error naming the path, what was expected, what came and how to fix it.
 */
export function loadPoints(path: string): LoadedPoints {
  const extension = extname(path).toLowerCase();
  if (extension === ".npy") return pointsOf(parseNpy(readDataFile(path), path), path);
  if ([".csv", ".tsv", ".txt"].includes(extension)) {
    const { data, shape } = parseCsv(textOf(readDataFile(path), path), path);
    return { data, shape };
  }
  throw new Error(
    `${path}: expected a .csv, .tsv, .txt or .npy file, got ${extension || "no extension"}; convert or rename it`,
  );
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error(`${path}: expected text in UTF-8, got other bytes; export it as plain csv`, { cause });
  }
}

function pointsOf({ data, shape }: NpyArray, path: string): LoadedPoints {
  const [n = 0, d = 1, ...more] = shape;
  if (shape.length === 0 || more.length > 0 || n === 0 || d === 0) {
    throw new Error(
      `${path}: expected points [n, d] with n, d ≥ 1, got shape [${shape.join(", ")}]; reshape the array`,
    );
  }
  const values = data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data, Number);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `row ${Math.floor(bad / d) + 1}, column ${(bad % d) + 1}`;
    throw new Error(
      `${path}: expected finite values, got ${values[bad] ?? NaN} in ${place}; remove or repair that row`,
    );
  }
  return { data: values, shape: [n, d] };
}
