import * as g from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import type { Case, Cases } from "./case.ts";

type Shape = readonly number[];

/** An op of an image and weights. */
const pair = (x: Shape, w: Shape, call: (x: Tensor, w: Tensor) => Tensor): Case => ({ shapes: [x, w], call: (a, b) => call(a, b) });
/** An op of an image. */
const image = (x: Shape, call: (x: Tensor) => Tensor): Case => ({ shapes: [x], call: (a) => call(a) });

const rows: Cases = {
  "conv2d: stride and padding": pair([2, 2, 5, 4], [3, 2, 3, 3], (x, w) => g.conv2d(x, w, { stride: 2, padding: 1 })),
  "conv2d: same padding": pair([2, 2, 4, 5], [3, 2, 3, 5], (x, w) => g.conv2d(x, w, { padding: "same" })),
  "conv2d: pairs": pair([2, 2, 7, 6], [3, 2, 2, 3], (x, w) => g.conv2d(x, w, { stride: [2, 1], padding: [0, 2], dilation: [3, 2] })),
  "conv2d: groups": pair([2, 4, 4, 5], [6, 2, 3, 2], (x, w) => g.conv2d(x, w, { groups: 2, padding: 1 })),
  "conv2d: depthwise, dilated, strided": pair([2, 3, 6, 7], [6, 1, 2, 2], (x, w) => g.conv2d(x, w, { groups: 3, padding: [2, 1], dilation: 2, stride: [2, 3] })),
  "conv2d: one tap": pair([2, 3, 3, 4], [2, 3, 1, 1], (x, w) => g.conv2d(x, w)),
  "conv2d: one tap, strided and padded": pair([2, 3, 3, 4], [2, 3, 1, 1], (x, w) => g.conv2d(x, w, { stride: [1, 2], padding: 1 })),
  "conv2d: an edge that strides leave over": pair([1, 2, 4, 6], [2, 2, 2, 3], (x, w) => g.conv2d(x, w, { stride: 3 })),
  "conv1d: stride and padding": pair([2, 3, 7], [4, 3, 3], (x, w) => g.conv1d(x, w, { stride: 2, padding: 1 })),
  "conv1d: same padding": pair([2, 3, 5], [4, 3, 3], (x, w) => g.conv1d(x, w, { padding: "same", dilation: 2 })),
  "conv1d: groups and dilation": pair([2, 4, 9], [2, 2, 2], (x, w) => g.conv1d(x, w, { groups: 2, dilation: 3 })),
  "convTranspose2d: plain": pair([2, 2, 3, 2], [2, 3, 2, 3], (x, w) => g.convTranspose2d(x, w)),
  "convTranspose2d: stride, padding, output padding": pair([2, 2, 3, 4], [2, 3, 3, 3], (x, w) => g.convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1 })),
  "convTranspose2d: pairs": pair([2, 2, 3, 2], [2, 2, 2, 3], (x, w) => g.convTranspose2d(x, w, { stride: [1, 3], padding: [1, 0], outputPadding: [0, 2], dilation: [2, 1] })),
  "convTranspose2d: groups": pair([2, 4, 3, 2], [4, 3, 2, 2], (x, w) => g.convTranspose2d(x, w, { groups: 2, stride: 2, dilation: 3, padding: 2 })),
  "convTranspose1d: stride and output padding": pair([2, 3, 4], [3, 2, 3], (x, w) => g.convTranspose1d(x, w, { stride: 3, padding: 1, outputPadding: 2 })),
  "convTranspose1d: groups and dilation": pair([2, 4, 4], [4, 1, 2], (x, w) => g.convTranspose1d(x, w, { groups: 2, dilation: 2 })),

  "maxPool2d: tiles": image([2, 2, 4, 6], (x) => g.maxPool2d(x, [2, 3])),
  "maxPool2d: tiles and an edge": image([2, 2, 5, 7], (x) => g.maxPool2d(x, 2)),
  "maxPool2d: overlap and padding": image([2, 2, 5, 4], (x) => g.maxPool2d(x, 3, { stride: 2, padding: 1 })),
  "maxPool2d: gaps": image([1, 2, 5, 5], (x) => g.maxPool2d(x, [1, 2], { stride: [2, 3] })),
  "maxPool2d: only negative, padded": image([1, 2, 4, 4], (x) => g.maxPool2d(g.sub(x, 9), 2, { padding: 1 })),
  "maxPool1d: overlap and padding": image([2, 3, 6], (x) => g.maxPool1d(x, 3, { stride: 1, padding: 1 })),
  "avgPool2d: tiles": image([1, 2, 4, 4], (x) => g.avgPool2d(x, 2)),
  "avgPool2d: tiles and an edge": image([2, 2, 5, 7], (x) => g.avgPool2d(x, [2, 3])),
  "avgPool2d: overlap, padding left out": image([2, 2, 5, 4], (x) => g.avgPool2d(x, 3, { stride: 2, padding: 1 })),
  "avgPool2d: overlap, padding counted": image([2, 2, 5, 6], (x) => g.avgPool2d(x, [3, 4], { stride: [1, 3], padding: [2, 1], countIncludePad: true })),
  "avgPool1d: padding left out": image([2, 3, 6], (x) => g.avgPool1d(x, 4, { stride: 3, padding: 2 })),

  "upsampleNearest: one factor": image([1, 2, 2, 3], (x) => g.upsampleNearest(x, 2)),
  "upsampleNearest: two factors": image([2, 2, 2, 3], (x) => g.upsampleNearest(x, [3, 1])),
  "resizeNearest: larger": image([2, 2, 3, 4], (x) => g.resizeNearest(x, { size: [5, 7] })),
  "resizeNearest: smaller": image([2, 2, 6, 5], (x) => g.resizeNearest(x, { scale: [0.5, 0.7] })),
  "resizeNearest: whole factors": image([2, 2, 2, 3], (x) => g.resizeNearest(x, { scale: [3, 2] })),
  "resizeBilinear: larger": image([2, 2, 3, 4], (x) => g.resizeBilinear(x, { size: [5, 7] })),
  "resizeBilinear: smaller": image([2, 2, 6, 5], (x) => g.resizeBilinear(x, { size: [2, 3] })),
  "resizeBilinear: fractional scale": image([2, 2, 3, 4], (x) => g.resizeBilinear(x, { scale: 1.7 })),
  "resizeBilinear: aligned corners": image([2, 2, 3, 4], (x) => g.resizeBilinear(x, { size: [6, 1], alignCorners: true })),
  "resizeBilinear: one axis, from one pixel": image([2, 2, 1, 4], (x) => g.resizeBilinear(x, { size: [3, 4] })),
};

/** Images have the batch, weights have not. */
export const convCases: Cases = Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, { batch: [0], ...row }]));
