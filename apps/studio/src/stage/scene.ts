/** @file What one picture shows. */
import type { Frames } from "../lab/frames.ts";

/** Velocities on a grid at some times. */
export interface FieldGrid {
  /** `[n, 2]` in data space. */
  readonly points: Float32Array;
  readonly times: readonly number[];
  /** `[times, n, 2]` in data space. */
  readonly velocities: Float32Array;
  /** The distance of neighbours. */
  readonly spacing: number;
}

/** Log-densities of the data's end on a square grid, row by row from the top. */
export interface HeatMap {
  readonly side: number;
  readonly logDensity: Float64Array;
  /** The centre and half a side of the square, in data space. */
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** What one picture shows, from the back to the front. */
export interface Scene {
  readonly heat?: HeatMap | undefined;
  /** `[n, 2]` */
  readonly data?: Float32Array | undefined;
  readonly field?: FieldGrid | undefined;
  /** Whether the ways of some particles are drawn. */
  readonly lines?: boolean | undefined;
  readonly particles?: Frames | undefined;
  /** Points that somebody launched or drew. */
  readonly carried?: readonly Frames[] | undefined;
  /** A stroke being drawn, `[n, 2]`. */
  readonly stroke?: readonly number[] | undefined;
}
