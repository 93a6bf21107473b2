/** @file What random programs are made of: every row of the conformance suite, and ops on operands of any shape. */
import * as g from "@fluxion/graph";
import type { DType, Shape, Tensor } from "@fluxion/graph";
import { cases } from "../cases/index.ts";
import type { Case } from "../cases/case.ts";
import { elements, mostElements, Unfit } from "./draft.ts";
import type { Draft, Family } from "./draft.ts";

const isFloat = ({ dtype }: Tensor): boolean => dtype === "float32" || dtype === "float64";
const isNumber = ({ dtype }: Tensor): boolean => dtype !== "bool";
const isBool = ({ dtype }: Tensor): boolean => dtype === "bool";
const isStatic = ({ shape }: Tensor): boolean => g.isStatic(shape);
const sameType = (a: Tensor, b: Tensor): boolean => a.dtype === b.dtype && g.formatShape(a.shape) === g.formatShape(b.shape);

function broadcasts(a: Shape, b: Shape): boolean {
  for (let i = 1; i <= Math.min(a.length, b.length); i++) {
    const [x, y] = [a.at(-i), b.at(-i)];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

const partnerOf = (a: Tensor) => (b: Tensor): boolean => a.dtype === b.dtype && broadcasts(a.shape, b.shape);

/** A float above 0. */
const raised = (x: Tensor): Tensor => g.add(g.square(x), 0.5);

/** The values of a tensor as often and as many as a shape needs. */
function fitTo(x: Tensor, shape: readonly number[]): Tensor {
  if (g.formatShape(x.shape) === g.formatShape(shape)) return x;
  const [have, need] = [elements(x), g.sizeOf(shape)];
  if (!isStatic(x) || have === 0) throw new Unfit();
  const flat = g.reshape(x, [-1]);
  const enough = have < need ? g.concat(Array.from({ length: Math.ceil(need / have) }, () => flat), 0) : flat;
  return g.reshape(g.slice(enough, 0, 0, need), shape);
}

/** A row on operands that it was not written for. */
const rowFamily = (row: Case): Family => (draft) => {
  if (row.elementwise) {
    const first = draft.pick(row.integers ? isNumber : isFloat);
    const operands = [first, ...row.shapes.slice(1).map(() => draft.pick(partnerOf(first)))];
    return row.call(...operands.map((x) => (row.positive && isFloat(x) ? raised(x) : x)));
  }
  const operands = row.shapes.map((shape) => fitTo(draft.pick((x) => x.dtype === "float32"), shape));
  const fixed = (row.fixed ?? []).map(({ dtype, shape, values }) => g.constant(values, shape, dtype));
  return row.call(...operands.map((x) => (row.positive ? raised(x) : x)), ...fixed);
};

const oneOf = (rows: readonly Case[]): Family => {
  const families = rows.map(rowFamily);
  return (draft) => draft.choose(families)(draft);
};

/** Numbers that identities are about. */
const literals = [1, 0, -1, 2, 0.5, -0.5, 3, -0, 0.25];

const withLiteral: Family = (draft) => {
  const x = draft.pick(isFloat);
  const value = draft.choose(literals);
  return draft.choose([
    () => g.add(x, value), () => g.mul(x, value), () => g.sub(x, value), () => g.sub(value, x), () => g.mul(value, x),
    () => g.div(x, value), () => g.div(value, x), () => g.maximum(x, value), () => g.minimum(value, x), () => g.pow(raised(x), value),
  ])();
};

const axesOf = (draft: Draft, x: Tensor): number[] => {
  const bits = draft.index(2 ** x.rank);
  return x.shape.flatMap((_, i) => ((bits >> i) & 1 ? [] : [i]));
};

const reduce: Family = (draft) => {
  const x = draft.pick(isNumber);
  const options = { axes: axesOf(draft, x), keepDims: draft.choose([false, true]) };
  return isFloat(x) ? draft.choose([g.sum, g.mean, g.max])(x, options) : draft.choose([g.sum, g.max])(x, options);
};

const normalise: Family = (draft) => {
  const x = draft.pick((t) => isFloat(t) && t.rank > 0);
  return draft.choose([
    () => g.softmax(x, draft.index(x.rank)),
    () => g.standardize(x, { axes: x.shape.slice(draft.index(x.rank)).map((_, i) => -1 - i), epsilon: 0.1 }),
  ])();
};

const product: Family = (draft) => {
  const isMatrix = (x: Tensor): boolean => isFloat(x) && x.rank >= 2;
  const a = draft.pick(isMatrix);
  const transposeA = draft.choose([false, true]);
  const inner = a.shape.at(transposeA ? -2 : -1);
  const fits = (b: Tensor, axis: number): boolean => b.shape.at(axis) === inner;
  const b = draft.pick((t) => isMatrix(t) && t.dtype === a.dtype && (fits(t, -1) || fits(t, -2)) && broadcasts(a.shape.slice(0, -2), t.shape.slice(0, -2)));
  const transposeB = fits(b, -1) && (!fits(b, -2) || draft.choose([false, true]));
  return g.matmul(a, b, { transposeA, transposeB });
};

const convolve: Family = (draft) => {
  const x = draft.pick((t) => t.dtype === "float32" && t.rank === 4);
  const weights = draft.tensors.filter((t) => t.dtype === "float32" && t.rank === 4 && isStatic(t) && t.shape[1] === x.shape[1]);
  const fresh = g.constant(Array.from({ length: 8 }, (_, i) => Math.sin(i + 1)), [2, 1, 2, 2]);
  const w = draft.choose([...weights, x.shape[1] === 1 ? fresh : g.broadcastTo(fresh, [2, x.shape[1] ?? 1, 2, 2])]);
  return draft.choose([
    () => g.conv2d(x, w, { stride: 1 + draft.index(2), padding: draft.index(2) }),
    () => g.avgPool2d(x, 1 + draft.index(2)),
    () => g.upsampleNearest(x, 1 + draft.index(2)),
  ])();
};

/** Factorisations of a size into two. */
const splits = (size: number): number[][] => Array.from({ length: size }, (_, i) => i + 1).flatMap((d) => (size % d === 0 ? [[d, size / d]] : []));

function permutation(draft: Draft, rank: number): number[] {
  const rest = Array.from({ length: rank }, (_, i) => i);
  return rest.map(() => rest[0] ?? 0).map(() => rest.splice(draft.index(rest.length), 1)[0] ?? 0);
}

const shaping: Family = (draft) => {
  const x = draft.pick(() => true);
  const axis = (): number => draft.index(x.rank);
  const size = (at: number): number => {
    const dim = x.shape[at];
    if (typeof dim !== "number") throw new Unfit();
    return dim;
  };
  return draft.choose<() => Tensor | readonly Tensor[]>([
    () => g.reshape(x, isStatic(x) ? draft.choose([[-1], ...splits(elements(x))]) : draft.choose([[-1], [x.shape[0] ?? 1, -1], [-1, ...x.shape.slice(-1)]])),
    () => g.transpose(x, permutation(draft, x.rank)),
    () => g.swapLastTwo(x),
    () => g.expandDims(x, draft.index(x.rank + 1)),
    () => g.squeeze(x, draft.choose(x.shape.flatMap((dim, i) => (dim === 1 ? [i] : [])))),
    () => g.broadcastTo(x, draft.choose([[2, ...x.shape], x.shape.map((dim) => (dim === 1 ? 3 : dim)), [1, ...x.shape]])),
    () => {
      const at = axis();
      const start = draft.index(size(at));
      return g.slice(x, at, start, start + 1 + draft.index(size(at) - start));
    },
    () => g.pad(x, axis(), draft.index(3), draft.index(2)),
    () => {
      const at = axis();
      const joins = (t: Tensor): boolean => t.dtype === x.dtype && t.rank === x.rank && t.shape.every((dim, i) => i === at || dim === x.shape[i]);
      return g.concat([x, draft.pick(joins), ...draft.choose([[], [x]])], at);
    },
    () => g.stack([x, draft.pick((t) => sameType(t, x))], draft.index(x.rank + 1)),
    () => {
      const at = axis();
      const first = draft.index(size(at) + 1);
      return g.split(x, at, [first, size(at) - first].filter((part) => part > 0));
    },
  ])();
};

const compare: Family = (draft) => {
  const a = draft.pick(isNumber);
  return draft.choose([g.less, g.lessEqual, g.greater, g.greaterEqual, g.equal])(a, draft.pick(partnerOf(a)));
};

const choice: Family = (draft) => {
  const condition = draft.pick(isBool);
  const fits = (x: Tensor): boolean => broadcasts(condition.shape, x.shape);
  const a = draft.pick((x) => isNumber(x) && fits(x));
  const b = draft.pick((x) => fits(x) && partnerOf(a)(x));
  return draft.choose([() => g.where(condition, a, b), () => g.where(condition, a, draft.choose([0, 1])), () => g.where(condition, 0, b)])();
};

const convert: Family = (draft) => g.cast(draft.pick(() => true), draft.choose<DType>(["float32", "int32", "int64", "bool", "float64"]));

const literal: Family = (draft) => {
  const shape = draft.choose(draft.tensors.map((x) => x.shape));
  const dtype = draft.choose<DType>(["float32", "float32", "float32", "int32", "int64"]);
  const value = draft.choose(dtype === "float32" ? literals : [1, 0, -1, 2]);
  if (!g.isStatic(shape) || draft.index(2) === 0) return g.full(shape, value, dtype);
  const values = Array.from({ length: g.sizeOf(shape) }, (_, i) => (dtype === "float32" ? value * Math.cos(i) : value + (i % 3)));
  return g.constant(values, shape, dtype);
};

/** The newest tensor of a type that a body made, or else something of that type. */
const likeFrom = (made: readonly Tensor[]) => (x: Tensor): Tensor => made.findLast((t) => t !== x && sameType(t, x)) ?? (isFloat(x) ? g.tanh(x) : x);

const loop: Family = (draft) => {
  const x = draft.pick((t) => isFloat(t) && t.rank > 0);
  const xs = [x, ...draft.choose([[], [draft.pick((t) => t.rank > 0 && t.shape[0] === x.shape[0])]])];
  const carry = [draft.pick(isFloat), ...draft.choose([[], [draft.pick(() => true)]])];
  const options = { reverse: draft.choose([false, true]), recompute: draft.choose([false, true]) };
  const count = draft.index(3);
  const { carry: last, ys } = g.scan({ carry, xs }, (state, rows) => {
    const made = draft.body([...rows, ...state]);
    const next = state.map(likeFrom(made));
    return { carry: next, ys: made.slice(made.length - count).filter((y) => elements(y) * elements(x) <= mostElements) };
  }, options);
  return [...last, ...ys];
};

const branch: Family = (draft) => {
  const [x, y] = [draft.pick(isFloat), draft.pick(() => true)];
  const predicate = draft.choose([() => draft.pick((t) => isBool(t) && t.rank === 0), () => g.greater(g.mean(x), 0), () => g.less(g.sum(x), 0.1)])();
  const side = (shift: number) => () => [x, y].map(likeFrom(draft.body([x, y], shift)));
  return g.cond(predicate, side(0), side(1));
};

const repeat: Family = (draft) => {
  const x = draft.pick(isFloat);
  const most = draft.index(4);
  const [, state] = g.whileLoop(
    [g.constant(0, [], "int32"), x],
    ([step]) => g.less(step, most),
    ([step, value]) => [g.add(step, 1), likeFrom(draft.body([value]))(value)],
    draft.choose([{}, { maxSteps: 2 }]),
  );
  return state;
};

/** Families by weight; the first are what shrinking tends to. */
export function families(): readonly Family[] {
  const rows = Object.values(cases);
  const elementwise = oneOf(rows.filter((row) => row.elementwise));
  const others = oneOf(rows.filter((row) => !row.elementwise));
  return [
    elementwise, elementwise, elementwise, elementwise, elementwise, withLiteral, withLiteral, withLiteral, shaping, shaping, shaping, shaping,
    reduce, reduce, product, product, others, others, normalise, compare, choice, convert, literal, convolve, (draft) => draft.again(), loop, branch, repeat,
  ];
}
