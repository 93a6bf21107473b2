import type { Emitter } from "../emitter.ts";
import { broadcastNd, nd, ndAt } from "../ndarray.ts";
import type { NdArray } from "../ndarray.ts";
import { apply, singleOp } from "../op.ts";
import { inputOf, only, outputOf } from "../tensor.ts";
import { broadcastShapes, dimAt, formatShape, isStatic, productOf, sizeTerms } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import type { Node, Tensor } from "../tensor.ts";
import { add } from "./binary.ts";
import { sumTo } from "./reduce.ts";
import { requireFloat } from "./checks.ts";
import { concatenated } from "./concat.ts";
import { constant, scalarValue } from "./constant.ts";
import { beforeBroadcast, broadcastTangent, broadcastTo } from "./broadcast.ts";
import { alignTangent, reshape } from "./reshape.ts";
import { split } from "./slice.ts";
import { swappedInput } from "./transpose.ts";

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Use the transpose (last two axes) of the first operand. */
  readonly transposeA?: boolean | undefined;
  readonly transposeB?: boolean | undefined;
}

export interface MatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const rows = (shape: Shape, transposed: boolean): Dim => dimAt(shape, shape.length - (transposed ? 1 : 2));
const columns = (shape: Shape, transposed: boolean): Dim => dimAt(shape, shape.length - (transposed ? 2 : 1));

export const matmulOp = singleOp<MatmulAttrs>({
  name: "matmul",
  infer: (inputs, { transposeA, transposeB }) => {
    const [a, b] = [inputOf({ inputs }, 0), inputOf({ inputs }, 1)];
    if (a.rank < 2 || b.rank < 2) {
      throw new RangeError(
        `matmul: expected tensors of rank 2 or more, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; reshape vectors to [1, n] or [n, 1]`,
      );
    }
    if (columns(a.shape, transposeA) !== rows(b.shape, transposeB)) {
      const mark = (transposed: boolean): string => (transposed ? " transposed" : "");
      throw new RangeError(
        `matmul: inner dimensions differ: ${formatShape(a.shape)}${mark(transposeA)} times ${formatShape(b.shape)}${mark(transposeB)}`,
      );
    }
    requireFloat("matmul", a);
    if (a.dtype !== b.dtype) {
      throw new TypeError(`matmul: expected operands of one type, got ${a.toString()} and ${b.toString()}; use cast on one of them`);
    }
    const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
    return { shape: [...batch, rows(a.shape, transposeA), columns(b.shape, transposeB)], dtype: a.dtype };
  },
  evaluate: (inputs, attrs) => matmulNd(ndAt(inputs, 0), ndAt(inputs, 1), attrs),
  vjp: (node, g) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
    const { transposeA, transposeB } = node.attrs;
    const ga = transposeA
      ? matmul(b, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b, { transposeB: !transposeB });
    return [sumTo(ga, a.shape), gradientOfB(a, b, g, node.attrs)];
  },
  jvp: (node, [da, db], count) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
    const y = outputOf(node);
    const align = (tangent: Tensor, other: Tensor): Tensor =>
      other.rank === 2 && tangent.rank === 3 ? tangent : alignTangent(tangent, y.rank + 1);
    const left = da && matmul(align(da, b), b, node.attrs);
    const right = db && matmul(a, align(db, a), node.attrs);
    const total = left && right ? add(left, right) : (left ?? right);
    return total && broadcastTangent(total, [count, ...y.shape]);
  },
  simplify: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
    const { transposeA, transposeB } = node.attrs;
    const [swappedA, swappedB] = [swappedInput(a), swappedInput(b)];
    if (swappedA === undefined && swappedB === undefined) return splitRepeated(node);
    return matmul(swappedA ?? a, swappedB ?? b, {
      transposeA: transposeA !== (swappedA !== undefined),
      transposeB: transposeB !== (swappedB !== undefined),
    });
  },
  flops: ({ inputs, outputs, attrs }, count) =>
    2 * count(only(outputs).shape) * count([columns(inputOf({ inputs }).shape, attrs.transposeA)]),
  contraction: true,
  lower: lowerMatmul,
});

/** Gemm for matrices, MatMul for stacks of them. */
function lowerMatmul(emitter: Emitter<Tensor>, node: Node<MatmulAttrs>, inputs: readonly string[]): string {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  const { transposeA, transposeB } = node.attrs;
  const flags = { transA: Number(transposeA), transB: Number(transposeB) };
  if (a.rank === 2 && b.rank === 2) return emitter.emit("Gemm", inputs, flags);
  if (!transposeA && !transposeB) return emitter.emit("MatMul", inputs);
  // ONNX Runtime has the fused form for float32 alone.
  if (emitter.target === "onnxruntime" && a.dtype === "float32") return emitter.emitContrib("FusedMatMul", inputs, flags);
  const swap = (name: string, rank: number, needed: boolean): string => {
    if (!needed) return name;
    const axes = Array.from({ length: rank - 2 }, (_, i) => i);
    return emitter.emit("Transpose", [name], { perm: [...axes, rank - 1, rank - 2] });
  };
  const [left = "", right = ""] = inputs;
  return emitter.emit("MatMul", [swap(left, a.rank, transposeA), swap(right, b.rank, transposeB)]);
}

/**
 * Columns that are a row repeated (as the features of a time that all examples share) are multiplied once, columns of zeros (as
 * its tangents) not at all: `[x, 1 fᵀ, 0] W = x W₁ + 1 (fᵀ W₂)`.
 */
function splitRepeated(node: Node<MatmulAttrs>): Tensor | undefined {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  const { transposeA, transposeB } = node.attrs;
  if (b.rank !== 2 || transposeA) return undefined;
  const parts = concatenated(a, a.rank - 1);
  const widths = parts.map((part) => dimAt(part.shape, a.rank - 1));
  if (!isStatic(widths)) return undefined;
  const rowOf = (part: Tensor, width: number): Tensor | undefined => {
    const row = beforeBroadcast(part);
    return row !== part && row.rank > 1 && row.shape[row.rank - 1] === width ? row : undefined;
  };
  const rows = parts.map((part, i) => rowOf(part, widths[i] ?? 0));
  const zeros = parts.map((part) => scalarValue(beforeBroadcast(part)) === 0);
  if (!zeros.includes(true) && rows.every((row) => row === undefined)) return undefined;
  const weights = split(b, transposeB ? 1 : 0, widths);
  const products = (repeated: boolean): Tensor[] =>
    parts.flatMap((part, i) => {
      if (zeros[i] === true || (rows[i] !== undefined) !== repeated) return [];
      return matmul(rows[i] ?? part, weights[i] ?? b, { transposeB });
    });
  const terms = [products(false), products(true)].filter((each) => each.length > 0).map((each) => each.reduce((x, y) => add(x, y)));
  const { shape, dtype } = outputOf(node);
  return broadcastTo(terms.length === 0 ? constant(0, [], dtype) : terms.reduce((x, y) => add(x, y)), shape);
}

/** Weights shared by a batch: flatten the batch into the rows, so the gradient is one product and no sum. */
function gradientOfB(a: Tensor, b: Tensor, g: Tensor, { transposeA, transposeB }: MatmulAttrs): Tensor {
  if (b.rank === 2 && a.rank > 2 && !transposeA && sizeTerms(a.shape.slice(0, -1)).symbols.length < 2) {
    const flat = (x: Tensor): Tensor =>
      reshape(x, [productOf("matmul", x.shape.slice(0, -1)), dimAt(x.shape, x.rank - 1)]);
    return gradientOfB(flat(a), b, flat(g), { transposeA, transposeB });
  }
  const gb = transposeB
    ? matmul(g, a, { transposeA: true, transposeB: transposeA })
    : matmul(a, g, { transposeA: !transposeA });
  return sumTo(gb, b.shape);
}

function matmulNd(a: NdArray, b: NdArray, { transposeA, transposeB }: MatmulAttrs): NdArray {
  const rank = Math.max(a.shape.length, b.shape.length);
  const batchOf = (x: NdArray): number[] => [
    ...Array.from({ length: rank - x.shape.length }, () => 1),
    ...x.shape.slice(0, -2),
  ];
  const [ba, bb] = [batchOf(a), batchOf(b)];
  const batch = ba.map((d, i) => (d === 1 ? (bb[i] ?? 1) : d));
  const fullA = broadcastNd(a, [...batch, ...a.shape.slice(-2)]);
  const fullB = broadcastNd(b, [...batch, ...b.shape.slice(-2)]);
  const [m, k] = last2(fullA.shape, transposeA);
  const [, n] = last2(fullB.shape, transposeB);
  const [aRow, aCol] = transposeA ? [1, m] : [k, 1];
  const [bRow, bCol] = transposeB ? [1, k] : [n, 1];
  const out = nd([...batch, m, n]);
  const count = out.data.length / Math.max(m * n, 1);
  for (let item = 0; item < count; item++) {
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) {
        const value = fullA.data[item * m * k + i * aRow + p * aCol] ?? NaN;
        const at = item * k * n + p * bRow;
        const to = item * m * n + i * n;
        for (let j = 0; j < n; j++) {
          out.data[to + j] = (out.data[to + j] ?? 0) + value * (fullB.data[at + j * bCol] ?? NaN);
        }
      }
    }
  }
  return out;
}

function last2(shape: readonly number[], transposed: boolean): [number, number] {
  const [r = 0, c = 0] = shape.slice(-2);
  return transposed ? [c, r] : [r, c];
}

/**
 * The matrix product over the last two axes; leading axes broadcast.
 *
 * @throws RangeError if inner dimensions differ
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  return apply(matmulOp, { transposeA, transposeB }, a, b);
}
