/** @file Group normalisation with a scale and shift of each channel, an op for the sake of its derivative. */
import { mapNd, nd, ndAt } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { dimAt, sizeOf, staticDim } from "../shape.ts";
import { inputOf, only } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { reshape } from "./reshape.ts";
import { sum, sumTo } from "./reduce.ts";
import { deviations, standardize, standardizeOp } from "./standardize.ts";
import { square } from "./unary.ts";

/**
 * `y · scale + shift` of `[n, c, ...spatial]`, where y is standardised over each group of channels of each example; scale and
 * shift are `[c, 1, …]` or `[n, c, 1, …]`.
 *
 * The simplifier writes it out. Its derivative is better than that of what is written: it sums over pixels only ȳ and ȳ c, for
 * each channel, so it passes over the images half as often.
 */
export const groupNormOp = singleOp<{ readonly groups: number; readonly epsilon: number }>({
  name: "groupNorm",
  infer: (inputs) => inputOf({ inputs }),
  evaluate: (inputs, { groups, epsilon }, run) => {
    const x = ndAt(inputs);
    const [n = 0, ...rest] = x.shape;
    const { data } = only(standardizeOp.evaluate([nd([n, groups, sizeOf(rest) / groups], x.data)], { count: 1, epsilon }, run));
    return mapNd((y = NaN, scale = NaN, shift = NaN) => y * scale + shift, nd(x.shape, data), ndAt(inputs, 1), ndAt(inputs, 2));
  },
  vjp: (node, g) => {
    const { groups, epsilon } = node.attrs;
    const [x, scale, shift] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
    const [n, channels] = [dimAt(x.shape, 0), staticDim("groupNorm", x.shape, 1)];
    const ofGroups = (perChannel: Tensor): Tensor => reshape(perChannel, [perChannel.rank < x.rank ? 1 : dimAt(perChannel.shape, 0), groups, channels / groups]);
    const ofChannels = (perGroup: Tensor): Tensor => reshape(perGroup, [n, channels, ...x.shape.slice(2).map(() => 1)]);
    const { c, r } = deviations(grouped(x, groups), 1, epsilon);
    const pixels = { axes: x.shape.slice(2).map((_, i) => i + 2), keepDims: true };
    const [sums, products] = [sum(g, pixels), sum(mul(g, reshape(c, x.shape)), pixels)];
    const scales = ofGroups(scale);
    const size = sizeOf(grouped(x, groups).shape.slice(2).map(Number));
    const mean = (perChannel: Tensor): Tensor => mul(sum(mul(ofGroups(perChannel), scales), { axes: [2], keepDims: true }), 1 / size);
    // dx = r (s ȳ − mean(s ȳ)) − c r³ mean(s ȳ c), the means over a group.
    const scaled = grouped(mul(g, ofChannels(mul(scales, r))), groups);
    const dx = sub(sub(scaled, mul(mean(sums), r)), mul(c, mul(mean(products), mul(r, square(r)))));
    return [reshape(dx, x.shape), sumTo(ofChannels(mul(ofGroups(products), r)), scale.shape), sumTo(sums, shift.shape)];
  },
  jvp: ({ inputs, attrs }, tangents, _count, { jvp }) => {
    const given = inputs.flatMap((input, i) => (tangents[i] ? [{ input, tangent: tangents[i] }] : []));
    return jvp([writtenOut(inputs, attrs)], given.map(({ input }) => input), given.map(({ tangent }) => tangent))[0];
  },
  simplify: ({ inputs, attrs }) => writtenOut(inputs, attrs),
  flops: (node, count) => 7 * count(inputOf(node).shape),
  lower: () => {
    throw new Error("internal: a group norm that was not written out");
  },
});

const writtenOut = (inputs: readonly Tensor[], { groups, epsilon }: { readonly groups: number; readonly epsilon: number }): Tensor =>
  add(mul(standardizedGroups(inputOf({ inputs }), groups, epsilon), inputOf({ inputs }, 1)), inputOf({ inputs }, 2));

/** Standardised over each group of channels of each example. */
export const standardizedGroups = (x: Tensor, groups: number, epsilon: number): Tensor =>
  reshape(standardize(grouped(x, groups), { axes: [-1], epsilon }), x.shape);

/** `[n, c, ...spatial]` as `[n, groups, …]`. */
function grouped(x: Tensor, groups: number): Tensor {
  const rest = x.shape.slice(1).map((_, i) => staticDim("groupNorm", x.shape, i + 1));
  return reshape(x, [dimAt(x.shape, 0), groups, sizeOf(rest) / groups]);
}

/** With a scale and a shift of the channels. */
export const scaledGroups = (x: Tensor, scale: Tensor, shift: Tensor, groups: number, epsilon: number): Tensor =>
  apply(groupNormOp, { groups, epsilon }, x, scale, shift);
