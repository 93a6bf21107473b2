/** @file The notation of `einsum`. */
import type { Tensor } from "../tensor.ts";

/** The labels of the axes of each operand and of the result; an axis of `...` is `...1` and so on, counted from the last. */
export interface EinsumLabels {
  readonly terms: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Takes an equation apart for given operands; throws a RangeError that says what is wrong with it. */
export function parseEinsum(equation: string, operands: readonly Tensor[]): EinsumLabels {
  const fail = (what: string): never => {
    throw new RangeError(`einsum: ${what} in "${equation}"`);
  };
  const [left = "", right, ...more] = equation.replaceAll(" ", "").split("->");
  if (more.length > 0) fail("expected one -> at most, got several");
  const parts = left.split(",");
  if (parts.length !== operands.length || operands.length === 0) {
    fail(`expected as many operands as terms, got ${String(operands.length)} for ${String(parts.length)}`);
  }
  const terms = parts.map((part, i) => {
    const rank = operands[i]?.rank ?? 0;
    const letters = lettersOf(part, fail);
    const extra = rank - letters.filter((label) => label !== ellipsis).length;
    if (extra < 0 || (extra > 0 && !letters.includes(ellipsis))) {
      fail(`expected a label for each axis, got "${part}" for ${operands[i]?.toString() ?? "none"}`);
    }
    return expand(letters, extra);
  });
  const widest = Math.max(0, ...terms.map((term) => term.filter((label) => label.length > 1).length));
  const output = right === undefined ? implied(terms, widest) : expand(lettersOf(right, fail), widest);
  const used = new Set(terms.flat());
  for (const [i, label] of output.entries()) {
    if (!used.has(label)) fail(`expected labels of the operands in the result, got "${label}"`);
    if (output.indexOf(label) < i) fail(`expected each label once in the result, got "${label}" twice`);
  }
  if (widest > 0 && !output.includes(`${ellipsis}1`)) fail("expected ... in the result too");
  return { terms, output };
}

const ellipsis = "...";

function lettersOf(part: string, fail: (what: string) => never): string[] {
  const found = part.match(/\.\.\.|[A-Za-z]/g) ?? [];
  if (found.join("") !== part) fail(`expected letters and ..., got "${part}"`);
  if (found.filter((label) => label === ellipsis).length > 1) fail(`expected ... once in a term, got "${part}"`);
  return found;
}

const expand = (labels: readonly string[], count: number): string[] =>
  labels.flatMap((label) => (label === ellipsis ? extraLabels(count) : [label]));

const extraLabels = (count: number): string[] => Array.from({ length: count }, (_, i) => `${ellipsis}${String(count - i)}`);

/** What stands once among the operands, in alphabetical order. */
function implied(terms: readonly (readonly string[])[], widest: number): string[] {
  const all = terms.flat().filter((label) => label.length === 1);
  return [...extraLabels(widest), ...all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort()];
}
