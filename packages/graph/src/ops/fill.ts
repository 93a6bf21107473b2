import type { DType } from "../host.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { constant } from "./constant.ts";
import { broadcastTo } from "./broadcast.ts";

/** Filled with one value; dimensions may be named. Default float32. */
export function full(shape: Shape, value: number, dtype: DType = "float32"): Tensor {
  return broadcastTo(constant(value, [], dtype), shape);
}

/** Filled with 0; dimensions may be named. Default float32. */
export const zeros = (shape: Shape, dtype?: DType): Tensor => full(shape, 0, dtype);

/** Filled with 1; dimensions may be named. Default float32. */
export const ones = (shape: Shape, dtype?: DType): Tensor => full(shape, 1, dtype);

/** Zeros of the shape and type of `x`. */
export const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x.dtype);

/** Ones of the shape and type of `x`. */
export const onesLike = (x: Tensor): Tensor => ones(x.shape, x.dtype);
