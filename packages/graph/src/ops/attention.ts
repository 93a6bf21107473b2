import type { DType } from "../host.ts";
import { broadcastShapes, dimAt, formatShape, sameShape, staticDim } from "../shape.ts";
import type { Dim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul } from "./binary.ts";
import { requireFloat } from "./checks.ts";
import { and, lessEqual } from "./comparison.ts";
import { matmul } from "./matmul.ts";
import { arange } from "./range.ts";
import { expandDims } from "./reshape.ts";
import { softmax } from "./softmax.ts";
import { where } from "./where.ts";

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /**
   * Broadcasts to `[..., queries, keys]`. Booleans say which keys a query sees; one that sees none gets zeros. Floats are
   * added to the scores.
   */
  readonly mask?: Tensor | undefined;
  /** Multiplies the scores. Default 1/√d. */
  readonly scale?: number | undefined;
  /** Query i sees the keys 0 to i only. Default false. */
  readonly causal?: boolean | undefined;
}

/** A score whose exponential is 0 beside any other, but not NaN alone: finite. */
const unseen = (dtype: DType): number => (dtype === "float16" ? -65504 : -1e30);

/**
 * `softmax(scale · q kᵀ) v` over keys: `[..., queries, d]`, `[..., keys, d]` and `[..., keys, e]` to `[..., queries, e]`.
 * Leading axes (batch, heads) broadcast and may be named, lengths too.
 *
 * @throws RangeError on shapes that do not fit; TypeError on a mask that is neither boolean nor of the type of `q`
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  const { mask, causal = false } = options;
  checkOperands(q, k, v);
  const scale = options.scale ?? 1 / Math.sqrt(staticDim("scaledDotProductAttention", q.shape, q.rank - 1));
  const scores = matmul(mul(q, scale), k, { transposeB: true });
  if (mask) checkMask(mask, scores);
  const added = mask && mask.dtype !== "bool" ? add(scores, mask) : scores;
  const order = causal ? seenBefore(dimAt(q.shape, q.rank - 2), dimAt(k.shape, k.rank - 2)) : undefined;
  const chosen = mask?.dtype === "bool" ? mask : undefined;
  const seen = order && chosen ? and(order, chosen) : (order ?? chosen);
  const weights = softmax(seen ? where(seen, added, unseen(q.dtype)) : added);
  // Every query sees a key of its own order; of a mask that is not known.
  return matmul(seen && chosen ? where(seen, weights, 0) : weights, v);
}

/** `[queries, keys]`: whether the key is not after the query. */
const seenBefore = (queries: Dim, keys: Dim): Tensor => lessEqual(arange(keys), expandDims(arange(queries), 1));

function checkOperands(q: Tensor, k: Tensor, v: Tensor): void {
  const name = "scaledDotProductAttention";
  for (const x of [q, k, v]) requireFloat(name, x);
  const fits =
    Math.min(q.rank, k.rank, v.rank) >= 2 &&
    q.shape[q.rank - 1] === k.shape[k.rank - 1] &&
    k.shape[k.rank - 2] === v.shape[v.rank - 2];
  if (fits) return;
  throw new RangeError(
    `${name}: expected [..., queries, d], [..., keys, d] and [..., keys, e], got ${[q, k, v].map((x) => formatShape(x.shape)).join(", ")}`,
  );
}

function checkMask(mask: Tensor, scores: Tensor): void {
  const name = "scaledDotProductAttention";
  if (mask.dtype !== "bool" && mask.dtype !== scores.dtype) {
    throw new TypeError(`${name}: expected a mask of booleans or ${scores.dtype}, got ${mask.toString()}`);
  }
  if (sameShape(broadcastShapes(`${name}: mask`, mask.shape, scores.shape), scores.shape)) return;
  throw new RangeError(`${name}: expected a mask that broadcasts to ${formatShape(scores.shape)}, got ${formatShape(mask.shape)}`);
}
