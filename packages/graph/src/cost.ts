/** @file Estimates of work, for choosing thread counts. */
import type { ConvAttrs } from "./ops/conv-adjoints.ts";
import type { Program } from "./program.ts";
import { inputOf, outputOf } from "./tensor.ts";
import { termOf } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { reachable } from "./tensor.ts";
import type { Body, Node } from "./tensor.ts";

type Sizes = Readonly<Record<string, number>>;

const elements = (shape: Shape, sizes: Sizes): number =>
  shape.reduce<number>((total, dim) => {
    const { factor, symbol } = termOf(dim);
    return total * factor * (symbol === undefined ? 1 : (sizes[symbol] ?? 1));
  }, 1);

function flopsOf(node: Node, sizes: Sizes): number {
  switch (node.op.name) {
    case "matmul": {
      const { transposeA } = node.attrs as { readonly transposeA: boolean };
      const { shape } = inputOf(node);
      return 2 * elements(outputOf(node).shape, sizes) * elements([shape[shape.length - (transposeA ? 2 : 1)] ?? 1], sizes);
    }
    case "conv2d":
    case "conv2dInput":
    case "conv2dWeight": {
      const { kernel, output, groups } = node.attrs as ConvAttrs;
      const batch = inputOf(node).shape[0] ?? 1;
      const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
      const channels =
        node.op.name === "conv2dWeight" ? [a.shape[1] ?? 1, b.shape[1] ?? 1] : [b.shape[0] ?? 1, b.shape[1] ?? 1];
      const shared = node.op.name === "conv2dWeight" ? groups : 1;
      return (2 * elements([batch, ...channels, ...kernel, ...output], sizes)) / shared;
    }
    default:
      return Math.max(0, ...(node.op.bodies?.of(node.attrs) ?? []).map((body) => largestInBody(body, sizes)));
  }
}

function largestInBody(body: Body, sizes: Sizes): number {
  return reachable(body.outputs).reduce((largest, node) => Math.max(largest, flopsOf(node, sizes)), 0);
}

/**
 * The floating-point operations of the largest single product or convolution in a program: below some ten million,
 * a second thread costs more than it brings.
 *
 * @param sizes - typical sizes of named dimensions; those left out count as 1
 */
export function largestWork(program: Program, sizes: Sizes = {}): number {
  return largestInBody(program.body, sizes);
}
