/** @file Einstein summation, by transposes, products, matrix products and sums. */
import { isFloat } from "../host.ts";
import { formatShape, productOf, sameShape, staticDim } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./binary.ts";
import { requireNumber } from "./checks.ts";
import { parseEinsum } from "./einsum-equation.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

/** A tensor whose axes carry labels, each once. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * Sums products of tensors over labelled axes, as `einsum("bqd,bkd->bqk", q, k)`.
 *
 * Each operand has a label (a letter) for each of its axes. Labels that the result lacks are summed over; without `->` the
 * result has those that occur once, in alphabetical order. A label that one operand has twice takes its diagonal, and
 * `...` stands for further axes, aligned at the last and broadcast, which the result must have as well. Axes may have
 * named sizes, but for those of a diagonal; where several labels of one operand are summed or kept together, only one of
 * them may. More than two operands are multiplied from left to right: put first what makes the result small.
 *
 * @param equation - such as `"ij,jk->ik"`; spaces do not count
 * @throws RangeError naming the label and its sizes if they differ, or what is wrong with the equation; TypeError for booleans
 * or mixed types
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const { terms, output } = parseEinsum(equation, operands);
  checkTypes(equation, operands);
  checkSizes(equation, terms, operands);
  const parts = operands.map((x, i) => diagonals({ x, labels: terms[i] ?? [] }));
  const product = parts.reduce((a, b, i) => multiply(a, b, neededAfter(parts.slice(i + 1), output)));
  return arrange(summed(product, output), output).x;
}

function checkTypes(equation: string, operands: readonly Tensor[]): void {
  for (const x of operands) {
    requireNumber("einsum", x);
    if (x.dtype === operands[0]?.dtype) continue;
    throw new TypeError(`einsum: expected operands of one type for "${equation}", got ${operands.map(String).join(" and ")}; use cast`);
  }
}

const neededAfter = (rest: readonly Labelled[], output: readonly string[]): readonly string[] => [
  ...output,
  ...rest.flatMap(({ labels }) => labels),
];

function checkSizes(equation: string, terms: readonly (readonly string[])[], operands: readonly Tensor[]): void {
  const first = new Map<string, { readonly size: Dim; readonly operand: number }>();
  operands.forEach((x, operand) => {
    terms[operand]?.forEach((label, axis) => {
      const size = x.shape[axis] ?? 1;
      const known = first.get(label);
      // Axes of an ellipsis broadcast.
      const free = label.length > 1 && (size === 1 || known?.size === 1);
      if (known === undefined || (free && known.size === 1)) first.set(label, { size, operand });
      else if (known.size !== size && !free) {
        throw new RangeError(
          `einsum: label "${label.replace(/\d/g, "")}" of "${equation}" has the size ${String(known.size)} in operand ${String(known.operand + 1)} and ${String(size)} in operand ${String(operand + 1)}`,
        );
      }
    });
  });
}

/** Takes the diagonal of labels that stand twice, until none does. */
function diagonals(part: Labelled): Labelled {
  const { labels } = part;
  const at = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (at < 0) return part;
  const first = labels.indexOf(labels[at] ?? "");
  const others = labels.map((_, i) => i).filter((i) => i !== first && i !== at);
  return diagonals({
    x: diagonal(transpose(part.x, [...others, first, at])),
    labels: [...others, first].map((i) => labels[i] ?? ""),
  });
}

/** The diagonal of the last two axes `[..., n, n]`: every (n + 1)-th entry of them in a row. */
function diagonal(x: Tensor): Tensor {
  const size = staticDim("einsum", x.shape, x.rank - 1);
  const flat = reshape(x, [...x.shape.slice(0, -2), size * size]);
  return slice(flat, -1, 0, size * size, size + 1);
}

/** Sums over labels that are not needed. */
function summed({ x, labels }: Labelled, needed: readonly string[]): Labelled {
  const axes = labels.map((_, i) => i).filter((i) => !needed.includes(labels[i] ?? ""));
  return axes.length === 0 ? { x, labels } : { x: sum(x, { axes }), labels: labels.filter((label) => needed.includes(label)) };
}

/** Orders the axes by labels, which are all of the part's, and perhaps more. */
function arrange({ x, labels }: Labelled, order: readonly string[]): Labelled {
  const kept = order.filter((label) => labels.includes(label));
  return kept.every((label, i) => label === labels[i]) ? { x, labels } : { x: transpose(x, kept.map((label) => labels.indexOf(label))), labels: kept };
}

/** The product of two parts, summed over the labels that are not needed afterwards. */
function multiply(left: Labelled, right: Labelled, needed: readonly string[]): Labelled {
  const a = summed(left, [...needed, ...right.labels]);
  const b = summed(right, [...needed, ...left.labels]);
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const inner = shared.filter((label) => !needed.includes(label));
  const batch = shared.filter((label) => needed.includes(label));
  const [rows, columns] = [a, b].map(({ labels }) => labels.filter((label) => !shared.includes(label)));
  if (!rows || !columns) throw new Error("internal: einsum without operands");
  const labels = [...batch, ...rows, ...columns];
  // Without rows or columns a matrix product is no better than a sum; integers have none.
  const elementwise = inner.length === 0 || (rows.length === 0 && columns.length === 0) || !isFloat(a.x.dtype);
  if (elementwise) return summed(multiplyAligned(a, b, [...labels, ...inner]), labels);
  const [m, n] = [sizesOf(a, rows), sizesOf(b, columns)];
  const product = matmul(matrices(a, batch, rows, inner), matrices(b, batch, columns, inner), { transposeB: true });
  return { x: reshapeUnlessSame(product, [...product.shape.slice(0, batch.length), ...m, ...n]), labels };
}

const sizesOf = ({ x, labels }: Labelled, of: readonly string[]): Shape => of.map((label) => x.shape[labels.indexOf(label)] ?? 1);

/** As `[...batch, outer, inner]`, with several labels merged into one axis. */
function matrices(part: Labelled, batch: readonly string[], outer: readonly string[], inner: readonly string[]): Tensor {
  const { x } = arrange(part, [...batch, ...outer, ...inner]);
  const merged = [outer, inner].map((group) => productOf("einsum", sizesOf(part, group)));
  return reshapeUnlessSame(x, [...x.shape.slice(0, batch.length), ...merged]);
}

/** Two parts as one of all labels; axes that a part lacks have size 1 in it, and it broadcasts. */
function multiplyAligned(a: Labelled, b: Labelled, labels: readonly string[]): Labelled {
  const [x, y] = [a, b].map((part) => {
    const sized = arrange(part, labels);
    return reshapeUnlessSame(sized.x, labels.map((label) => (part.labels.includes(label) ? (sizesOf(part, [label])[0] ?? 1) : 1)));
  });
  if (!x || !y) throw new Error("internal: einsum without operands");
  return { x: mul(x, y), labels };
}

/** A reshape to the same shape may have several named sizes; others may not. */
function reshapeUnlessSame(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  try {
    return reshape(x, shape);
  } catch (error) {
    throw new RangeError(`einsum: cannot merge the axes of ${formatShape(x.shape)} into ${formatShape(shape)}; make one a number`, { cause: error });
  }
}
