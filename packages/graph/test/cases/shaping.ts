import * as g from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import type { Case, Cases } from "./case.ts";

/** A row of one operand that takes integers too. */
const shaping = (call: (x: Tensor) => Tensor, shape: readonly number[] = [2, 3], rest: Partial<Case> = {}): Case => ({
  shapes: [shape],
  integers: true,
  call: (x) => call(x),
  ...rest,
});

/** The operand's values at given places. */
const places = (...at: readonly (readonly number[])[]): NonNullable<Case["expected"]> => (x = []) => at.flat().map((i) => x[i] ?? 0);

export const shapingCases: Cases = {
  broadcastTo: shaping((x) => g.broadcastTo(x, [4, 2, 3]), [1, 3], { batch: "its leading axis is the one that is repeated" }),
  "broadcastTo: in the middle": shaping((x) => g.broadcastTo(x, [x.shape[0] ?? 2, 3, 2]), [2, 1, 2], { expected: places([0, 1, 0, 1, 0, 1], [2, 3, 2, 3, 2, 3]) }),
  concat: { shapes: [[2, 3], [2, 1]], integers: true, call: (a, b) => g.concat([a, b], 1), expected: ([a, b, c, d, e, f] = [], [y, z] = []) => [a, b, c, y, d, e, f, z].map(Number) },
  "concat: leading axis": { shapes: [[2, 3], [2, 3]], integers: true, call: (a, b) => g.concat([b, a, b], 0), expected: (a = [], b = []) => [...b, ...a, ...b] },
  expandDims: shaping((x) => g.expandDims(x, 1)),
  flip: shaping((x) => g.flip(x, -1), [2, 3], { expected: places([2, 1, 0], [5, 4, 3]) }),
  "flip: leading axis and another": shaping((x) => g.flip(x, [0, 2]), [2, 2, 2], { expected: places([5, 4], [7, 6], [1, 0], [3, 2]) }),
  moveAxis: shaping((x) => g.moveAxis(x, 2, 0), [2, 3, 2], { expected: places([0, 2, 4], [6, 8, 10], [1, 3, 5], [7, 9, 11]) }),
  pad: shaping((x) => g.pad(x, 1, 1, 2), [2, 3], { expected: places([-1, 0, 1, 2, -1, -1], [-1, 3, 4, 5, -1, -1]) }),
  "pad: a value": shaping((x) => g.pad(x, 1, 1, 0, { value: 7 }), [2, 2], { expected: ([a, b, c, d] = []) => [7, a, b, 7, c, d].map(Number) }),
  "pad: edge": shaping((x) => g.pad(x, -1, 2, 1, { mode: "edge" }), [2, 3], { expected: places([0, 0, 0, 1, 2, 2], [3, 3, 3, 4, 5, 5]) }),
  "pad: reflect": shaping((x) => g.pad(x, 1, 2, 1, { mode: "reflect" }), [2, 3], { expected: places([2, 1, 0, 1, 2, 1], [5, 4, 3, 4, 5, 4]) }),
  "pad: neighbours added": {
    shapes: [[2, 2], [2, 1], [2, 3]],
    call: (a, b, c) => g.add(g.add(g.pad(b, 1, 2, 3), g.pad(c, 1, 3, 0)), g.pad(a, 1, 0, 4)),
    expected: (a = [], b = [], c = []) => [0, 1].flatMap((row) => [...a.slice(2 * row, 2 * row + 2), b[row] ?? NaN, ...c.slice(3 * row, 3 * row + 3)]),
  },
  "pad: with a gap, and broadcast": {
    shapes: [[2, 2], [2, 1], [1, 3]],
    batch: [],
    call: (a, b, c) => g.add(g.add(g.pad(a, 1, 0, 4), g.pad(b, 1, 5, 0)), g.add(g.pad(c, 1, 0, 3), g.pad(a, 1, 3, 1))),
  },
  reshape: shaping((x) => g.reshape(x, [3, -1]), [2, 3], { expected: (x = []) => x }),
  "reshape: a factor to the leading axis": shaping((x) => g.reshape(x, [-1, 2]), [2, 3, 2], { expected: (x = []) => x }),
  slice: shaping((x) => g.slice(x, 1, 1, 3), [2, 3], { expected: places([1, 2], [4, 5]) }),
  "slice: from the end": shaping((x) => g.slice(x, 1, -3, -1), [2, 4], { expected: places([1, 2], [5, 6]) }),
  "slice: steps": shaping((x) => g.slice(x, 1, 1, 7, 2), [2, 8], { expected: places([1, 3, 5], [9, 11, 13]) }),
  "slice: steps over the end": shaping((x) => g.slice(x, 1, 0, undefined, 3), [2, 5], { expected: places([0, 3], [5, 8]) }),
  split: shaping((x) => g.split(x, 1, [1, 2])[1], [2, 3], { expected: places([1, 2], [4, 5]) }),
  "split: parts multiplied": {
    shapes: [[2, 6]],
    call: (x) => {
      const [q, k, v] = g.split(x, 1, [2, 2, 2]);
      return g.mul(g.mul(q, k), v);
    },
    expected: (x = []) => [0, 1, 6, 7].map((i) => (x[i] ?? NaN) * (x[i + 2] ?? NaN) * (x[i + 4] ?? NaN)),
  },
  "split: equal parts": shaping((x) => g.split(x, 1, 3)[1] as Tensor, [2, 6], { expected: places([2, 3], [8, 9]) }),
  squeeze: shaping((x) => g.squeeze(x, 1), [2, 1, 3]),
  stack: { shapes: [[2], [2]], integers: true, call: (a, b) => g.stack([a, b]), expected: (a = [], b = []) => [...a, ...b] },
  swapLastTwo: shaping((x) => g.swapLastTwo(x), [2, 3, 4]),
  tile: shaping((x) => g.tile(x, [1, 2]), [2, 2], { expected: places([0, 1, 0, 1], [2, 3, 2, 3]) }),
  "tile: every axis": shaping((x) => g.tile(x, [2, 3, 1]), [2, 1, 2], { expected: places([0, 1, 0, 1, 0, 1], [2, 3, 2, 3, 2, 3], [0, 1, 0, 1, 0, 1], [2, 3, 2, 3, 2, 3]) }),
  transpose: shaping((x) => g.transpose(x, [2, 0, 1]), [2, 3, 4]),
};
