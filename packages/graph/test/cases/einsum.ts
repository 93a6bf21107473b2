import * as g from "@fluxion/graph";
import type { Case, Cases } from "./case.ts";

type Shape = readonly number[];

/** The sum over all values of all labels, by the definition. Axes of an ellipsis get the labels 1, 2, … from the last. */
function byLoops(equation: string, shapes: readonly Shape[], operands: readonly (readonly number[])[]): number[] {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const extra = (count: number): string => Array.from({ length: count }, (_, i) => String(count - i)).join("");
  const terms = left.split(",").map((term, i) => term.replace("...", extra((shapes[i]?.length ?? 0) - term.replace("...", "").length)));
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => term.split("").forEach((label, axis) => sizes.set(label, Math.max(sizes.get(label) ?? 1, shapes[i]?.[axis] ?? 1))));
  const widest = extra([...sizes.keys()].filter((label) => /\d/.test(label)).length);
  const all = terms.join("");
  const implied = [...sizes.keys()].filter((label) => /\D/.test(label) && all.indexOf(label) === all.lastIndexOf(label)).sort().join("");
  const output = right === undefined ? widest + implied : right.replace("...", widest);
  const inner = [...sizes.keys()].filter((label) => !output.includes(label)).join("");
  const order = output + inner;
  const count = (labels: string): number => labels.split("").reduce((n, label) => n * (sizes.get(label) ?? 1), 1);
  const result = new Array<number>(count(output)).fill(0);
  for (let at = 0; at < count(order); at++) {
    const index = new Map<string, number>();
    let rest = at;
    for (const label of order.split("").reverse()) {
      index.set(label, rest % (sizes.get(label) ?? 1));
      rest = Math.floor(rest / (sizes.get(label) ?? 1));
    }
    const factors = terms.map((term, i) => {
      const flat = term.split("").reduce((offset, label, axis) => offset * (shapes[i]?.[axis] ?? 1) + (shapes[i]?.[axis] === 1 ? 0 : (index.get(label) ?? 0)), 0);
      return operands[i]?.[flat] ?? NaN;
    });
    const to = Math.floor(at / count(inner));
    result[to] = (result[to] ?? NaN) + factors.reduce((a, b) => a * b, 1);
  }
  return result;
}

const einsum = (equation: string, ...shapes: readonly Shape[]): Case => ({
  shapes,
  integers: true,
  batch: batchOf(equation),
  call: (...operands) => g.einsum(equation, ...operands),
  expected: (...operands) => byLoops(equation, shapes, operands),
});

/** The operands that begin with the label b. */
const batchOf = (equation: string): readonly number[] =>
  equation.split("->")[0]?.split(",").flatMap((term, i) => (term.startsWith("b") ? [i] : [])) ?? [];

export const einsumCases: Cases = {
  einsum: einsum("ij,jk->ik", [2, 3], [3, 4]),
  "einsum: implied result": einsum("jk,ij", [3, 4], [2, 3]),
  "einsum: transpose": einsum("ij->ji", [2, 3]),
  "einsum: sum": einsum("ijk->j", [2, 3, 4]),
  "einsum: everything summed": einsum("ij->", [2, 3]),
  "einsum: trace": einsum("ii", [3, 3]),
  "einsum: diagonal": einsum("bii->ib", [2, 3, 3]),
  "einsum: threefold diagonal": einsum("iji ->j", [2, 3, 2]),
  "einsum: diagonals multiplied": einsum("ii,ij->j", [3, 3], [3, 2]),
  "einsum: dot": einsum("i,i->", [4], [4]),
  "einsum: rows by rows": einsum("bi,bi->b", [2, 4], [2, 4]),
  "einsum: outer": einsum("i,j->ji", [2], [3]),
  "einsum: elementwise": einsum("ij,ji->ij", [2, 3], [3, 2]),
  "einsum: attention": einsum("bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 5, 4]),
  "einsum: values": einsum("bhqk,bkhe->bqhe", [2, 2, 3, 4], [2, 4, 2, 5]),
  "einsum: several inner": einsum("aijb,jica->bc", [2, 3, 4, 2], [4, 3, 5, 2]),
  "einsum: a label of one only": einsum("ij,kl->il", [2, 3], [2, 4]),
  "einsum: matrix and vector": einsum("ij,j->i", [2, 3], [3]),
  "einsum: three": einsum("ij,jk,kl->il", [2, 3], [3, 4], [4, 2]),
  "einsum: three that share a label": einsum("bi,bj,bij->b", [2, 3], [2, 4], [2, 3, 4]),
  "einsum: bilinear": einsum("bi,ijk,bk->bj", [2, 3], [3, 4, 2], [2, 2]),
  "einsum: ellipsis": einsum("...ij,...jk->...ik", [2, 1, 2, 3], [4, 3, 2]),
  "einsum: ellipsis, implied": einsum("...i,i...", [2, 3, 4], [4, 3]),
  "einsum: ellipsis of one": einsum("i...->...i", [2, 3, 4]),
};
