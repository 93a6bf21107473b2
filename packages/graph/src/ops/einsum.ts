import { dimAt, formatShape, productOf, staticDim } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./binary.ts";
import { constant } from "./constant.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** A tensor with a letter for each axis. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * Products summed over repeated letters (Einstein's convention): `einsum("bij,bjk->bik", a, b)` is a batched product of
 * matrices, `einsum("ii->", a)` a trace. Operands are multiplied from left to right.
 *
 * @param equation - a letter for each axis of each operand, then `->` and the letters of the result; without `->` the
 *   letters that occur once, in alphabetical order
 * @throws RangeError if the equation does not fit the operands, naming letter and sizes
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const { inputs, output } = parse(equation, operands);
  const sizes = sizesOf(equation, inputs, operands);
  const parts = operands.map((x, i) => diagonal({ x, labels: inputs[i] ?? [] }));
  const [first, ...rest] = parts;
  if (!first) throw new RangeError(`einsum: expected at least one operand for "${equation}", got none`);
  const total = rest.reduce<Labelled>((left, right, i) => {
    const later = new Set([...output, ...parts.slice(i + 2).flatMap(({ labels }) => labels)]);
    return multiply(left, right, later, sizes);
  }, first);
  return arrange(sumOut(total, new Set(output)), output);
}

function parse(equation: string, operands: readonly Tensor[]): { readonly inputs: readonly string[][]; readonly output: string[] } {
  const [left = "", right, ...more] = equation.replaceAll(" ", "").split("->");
  const inputs = left.split(",").map((part) => Array.from(part));
  const all = inputs.flat();
  const output = right === undefined ? [...new Set(all)].filter((label) => all.filter((l) => l === label).length === 1).sort() : Array.from(right);
  const bad = [...all, ...output].find((label) => !/^[A-Za-z]$/.test(label));
  const stray = output.find((label, i) => !all.includes(label) || output.indexOf(label) !== i);
  const problem =
    more.length > 0 ? "one arrow at most"
    : bad !== undefined ? `letters, commas and an arrow only, not "${bad}"`
    : stray !== undefined ? `letters of the result that occur in the operands, each once, not "${stray}"`
    : inputs.length !== operands.length ? `${String(inputs.length)} operands`
    : undefined;
  if (problem !== undefined) throw new RangeError(`einsum: "${equation}": expected ${problem}, got operands ${operands.map((x) => formatShape(x.shape)).join(", ")}`);
  return { inputs, output };
}

function sizesOf(equation: string, inputs: readonly (readonly string[])[], operands: readonly Tensor[]): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  operands.forEach((x, i) => {
    const labels = inputs[i] ?? [];
    if (labels.length !== x.rank) {
      throw new RangeError(`einsum: "${equation}": operand ${String(i)} has ${String(x.rank)} axes, ${formatShape(x.shape)}, but the letters "${labels.join("")}"`);
    }
    labels.forEach((label, axis) => {
      const dim = dimAt(x.shape, axis);
      const known = sizes.get(label) ?? dim;
      if (known !== dim) throw new RangeError(`einsum: "${equation}": the letter "${label}" stands for ${String(known)} and for ${String(dim)}`);
      sizes.set(label, dim);
    });
  });
  return sizes;
}

/** Axes of one letter become one: what is off their diagonal is masked and summed away. */
function diagonal({ x, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (second < 0) return { x, labels };
  const first = labels.indexOf(labels[second] ?? "");
  const n = staticDim("einsum", x.shape, second);
  const eye = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));
  const shape = x.shape.map((_, axis) => (axis === first || axis === second ? n : 1));
  const kept = sum(mul(x, constant(eye, shape, x.dtype)), { axes: [second] });
  return diagonal({ x: kept, labels: labels.filter((_, i) => i !== second) });
}

/** Sums over the letters that nobody needs. */
function sumOut({ x, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, i) => (needed.has(label) ? [] : [i]));
  return axes.length === 0 ? { x, labels } : { x: sum(x, { axes }), labels: labels.filter((label) => needed.has(label)) };
}

function arrange({ x, labels }: Labelled, order: readonly string[]): Tensor {
  return labels.every((label, i) => label === order[i]) ? x : transpose(x, order.map((label) => labels.indexOf(label)));
}

/** One product of matrices: shared letters that are needed later are its batch, the other shared ones are summed over. */
function multiply(a: Labelled, b: Labelled, later: ReadonlySet<string>, sizes: ReadonlyMap<string, Dim>): Labelled {
  const left = sumOut(a, new Set([...later, ...b.labels]));
  const right = sumOut(b, new Set([...later, ...a.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => later.has(label));
  const summed = shared.filter((label) => !later.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const shapeOf = (labels: readonly string[]): Shape => labels.map((label) => sizes.get(label) ?? 1);
  const merged = (labels: readonly string[]): Dim => productOf("einsum", shapeOf(labels));
  const matrices = (part: Labelled, first: readonly string[], second: readonly string[]): Tensor =>
    reshape(arrange(part, [...batch, ...first, ...second]), [...shapeOf(batch), merged(first), merged(second)]);
  const product = matmul(matrices(left, rows, summed), matrices(right, summed, columns));
  const labels = [...batch, ...rows, ...columns];
  return { x: reshape(product, shapeOf(labels)), labels };
}
