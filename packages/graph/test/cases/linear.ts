import * as g from "@fluxion/graph";
import type { MatmulOptions } from "@fluxion/graph";
import type { Case, Cases } from "./case.ts";

type Shape = readonly number[];

const product = (a: Shape, b: Shape, options?: MatmulOptions): Case => ({ shapes: [a, b], call: (x, y) => g.matmul(x, y, options) });

export const linearCases: Cases = {
  matmul: product([2, 3], [3, 4]),
  "matmul: first transposed": product([3, 2], [3, 4], { transposeA: true }),
  "matmul: second transposed": product([2, 3], [4, 3], { transposeB: true }),
  "matmul: both transposed": { ...product([3, 2], [4, 3], { transposeA: true, transposeB: true }), batch: "the leading axis of one is the last of the other" },
  "matmul: shared weights": product([2, 3, 4], [4, 5]),
  "matmul: shared weights, transposed": product([2, 3, 4], [5, 4], { transposeB: true }),
  "matmul: shared weights, both transposed": product([2, 4, 3], [5, 4], { transposeA: true, transposeB: true }),
  "matmul: a shared matrix first": product([2, 3], [4, 3, 2]),
  "matmul: stacks": product([2, 3, 4], [2, 4, 2]),
  "matmul: stacks, transposed": product([2, 4, 3], [2, 2, 4], { transposeA: true, transposeB: true }),
  "matmul: stacks that broadcast": product([2, 1, 3, 2], [4, 2, 3]),
};
