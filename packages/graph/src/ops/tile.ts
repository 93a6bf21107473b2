import { formatShape, productOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { reshape } from "./reshape.ts";

/**
 * Repeats a tensor end to end along its axes: a named axis `"batch"` repeated 3 times has the size `"3*batch"`.
 *
 * @param repeats - one whole number from 1 for each axis
 * @throws RangeError if they are no such numbers
 */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  if (repeats.length !== x.rank || repeats.some((times) => !Number.isInteger(times) || times < 1)) {
    throw new RangeError(
      `tile: expected a whole number from 1 for each axis of ${formatShape(x.shape)}, got [${repeats.join(", ")}]`,
    );
  }
  if (repeats.every((times) => times === 1)) return x;
  const before = x.shape.flatMap((dim, i) => (repeats[i] === 1 ? [dim] : [1, dim]));
  const after = x.shape.flatMap((dim, i) => (repeats[i] === 1 ? [dim] : [repeats[i] ?? 1, dim]));
  return reshape(broadcastTo(reshape(x, before), after), x.shape.map((dim, i) => productOf("tile", [repeats[i] ?? 1, dim])));
}
