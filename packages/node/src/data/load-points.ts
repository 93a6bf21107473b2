import { extname } from "node:path";
import { parseCsv, parseNpy } from "fluxion";
import type { FloatArray, NpyArray } from "fluxion";
import { npzArrays, npzHeader } from "./npz-arrays.ts";
import { readDataFile } from "./read-file.ts";
import { readMember } from "./zip.ts";

/** Points of a file. */
export interface LoadedPoints {
  /** Row-major values: float32 as they are, anything else in float64. */
  readonly data: FloatArray;
  /** Number of points and their dimension. */
  readonly shape: readonly [number, number];
}

/**
 * Reads points from a .csv, .tsv, .txt, .npy or .npz file, one a row; an array `[n]` holds n points of dimension 1. Of an
 * archive of several arrays it takes the only one `[n, d]`.
 * @throws Error naming the path, what was expected, what came and how to fix it.
 */
export function loadPoints(path: string): LoadedPoints {
  const extension = extname(path).toLowerCase();
  if (extension === ".npy") return pointsOf(parseNpy(readDataFile(path), path), path);
  if (extension === ".npz") return pointsOfArchive(path);
  if ([".csv", ".tsv", ".txt"].includes(extension)) {
    const { data, shape } = parseCsv(textOf(readDataFile(path), path), path);
    return { data, shape };
  }
  throw new Error(
    `${path}: expected a .csv, .tsv, .txt, .npy or .npz file, got ${extension || "no extension"}; convert or rename it`,
  );
}

function pointsOfArchive(path: string): LoadedPoints {
  const arrays = npzArrays(path);
  const tables = arrays.length > 1 ? arrays.filter((array) => npzHeader(array).shape.length === 2) : arrays;
  const [only, ...others] = tables;
  if (only && others.length === 0) return pointsOf(parseNpy(readMember(path, only.member), only.title), only.title);
  const got = arrays.map((array) => `${array.name} [${npzHeader(array).shape.join(", ")}]`).join(", ") || "none";
  throw new Error(`${path}: expected one array [n, d] of points, got ${got}; save it alone, as numpy.savez(file, points)`);
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
