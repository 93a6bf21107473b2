/** @file Estimates of work, for choosing thread counts and for `explain`. */
import type { Program } from "./program.ts";
import { elementCount } from "./shape.ts";
import { reachable } from "./tensor.ts";
import type { Body, ElementCount, Node } from "./tensor.ts";

/** Arithmetic operations of one run of a node, without those of bodies. */
export function flopsOf(node: Node, count: ElementCount): number {
  return node.op.flops?.(node, count) ?? node.outputs.reduce((total, { shape }) => total + count(shape), 0);
}

function largestIn(body: Body, count: ElementCount): number {
  return reachable(body.outputs).reduce((largest, node) => {
    const inner = (node.op.bodies?.of(node.attrs) ?? []).map((nested) => largestIn(nested, count));
    return Math.max(largest, ...inner, node.op.contraction ? flopsOf(node, count) : 0);
  }, 0);
}

/**
 * The floating-point operations of the largest single product or convolution in a program: below some ten million,
 * a second thread costs more than it brings.
 *
 * @param sizes - typical sizes of named dimensions; those left out count as 1
 */
export function largestWork(program: Program, sizes: Readonly<Record<string, number>> = {}): number {
  return largestIn(program.body, elementCount(sizes));
}
