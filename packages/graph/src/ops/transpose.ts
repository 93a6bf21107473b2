import { gatherStrided, nd, stridesOf } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { dimAt, formatShape, resolveAxis } from "../shape.ts";
import { inputOf } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";

const isPermutation = (perm: readonly number[], rank: number): boolean =>
  perm.length === rank && [...perm].sort((a, b) => a - b).every((axis, i) => axis === i);

const transposeOp = singleOp<{ readonly perm: readonly number[] }>({
  name: "transpose",
  infer: (inputs, { perm }) => {
    const x = inputOf({ inputs });
    if (!isPermutation(perm, x.rank)) {
      throw new RangeError(
        `transpose: expected a permutation of the ${String(x.rank)} axes of ${formatShape(x.shape)}, got [${perm.join(", ")}]`,
      );
    }
    return { shape: perm.map((axis) => dimAt(x.shape, axis)), dtype: x.dtype };
  },
  evaluate: ([x], { perm }) => {
    if (x === undefined) return nd([0]);
    const strides = stridesOf(x.shape);
    return gatherStrided(
      x,
      perm.map((axis) => x.shape[axis] ?? 0),
      perm.map((axis) => strides[axis] ?? 0),
    );
  },
  vjp: ({ attrs }, g) => [transpose(g, attrs.perm.map((_, i) => attrs.perm.indexOf(i)))],
  jvp: ({ attrs }, [dx]) => dx && transpose(dx, [0, ...attrs.perm.map((axis) => axis + 1)]),
  simplify: (node) => {
    const x = inputOf(node);
    const { perm } = node.attrs;
    if (perm.every((axis, i) => axis === i)) return x;
    if (x.node.op === transposeOp) {
      const inner = x.node.attrs as { readonly perm: readonly number[] };
      return transpose(inputOf(x.node), perm.map((axis) => inner.perm[axis] ?? 0));
    }
    return undefined;
  },
  flops: () => 0,
  lower: (emitter, { attrs }, inputs) => emitter.emit("Transpose", inputs, { perm: attrs.perm }),
});

/** Reorders axes: axis `i` of the result is axis `perm[i]` of `x`. */
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return apply(transposeOp, { perm }, x);
}

/**
 * Moves an axis to another place; the others keep their order.
 *
 * @param to - where it stands in the result
 */
export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  const [source, target] = [resolveAxis("moveAxis", from, x.rank), resolveAxis("moveAxis", to, x.rank)];
  const perm = x.shape.map((_, i) => i).filter((axis) => axis !== source);
  return transpose(x, [...perm.slice(0, target), source, ...perm.slice(target)]);
}

/** Exchanges the last two axes. */
export function swapLastTwo(x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** The input of a transpose of just the last two axes, or undefined. */
export function swappedInput(x: Tensor): Tensor | undefined {
  if (x.node.op !== transposeOp || x.rank < 2) return undefined;
  const { perm } = x.node.attrs as { readonly perm: readonly number[] };
  const swaps = perm.every((axis, i) => axis === (i < x.rank - 2 ? i : 2 * x.rank - 3 - i));
  return swaps ? inputOf(x.node) : undefined;
}
