import * as g from "@fluxion/graph";
import type { Cases } from "./case.ts";

type Values = readonly number[];

const total = (row: Values): number => row.reduce((a, b) => a + b, 0);
const meanOf = (row: Values): number => total(row) / row.length;
const spread = (row: Values): number => total(row.map((value) => (value - meanOf(row)) ** 2));
const product = (row: Values): number => row.reduce((a, b) => a * b, 1);
const logTotal = (row: Values): number => Math.log(total(row.map(Math.exp)));

/** The rows along the last axis of four values. */
const rows = (x: Values): Values[] => Array.from({ length: x.length / 4 }, (_, i) => x.slice(4 * i, 4 * i + 4));
/** Each row of four to one value. */
const each = (f: (row: Values) => number) => (x: Values = []): Values => rows(x).map(f);
/** Each row of four to four values. */
const along = (f: (row: Values) => Values) => (x: Values = []): Values => rows(x).flatMap(f);
const running = (row: Values): Values => row.map((_, i) => total(row.slice(0, i + 1)));
const shapes = [[2, 3, 4]];
const last = { axes: [-1] };

export const reduceCases: Cases = {
  sum: { shapes, integers: true, call: (x) => g.sum(x, { axes: [0, 2] }) },
  "sum: of squares": { shapes: [[2, 3]], integers: true, call: (x) => g.sum(g.square(x), { axes: [1] }) },
  "sum: of rows": { shapes: [[2, 3]], integers: true, call: (x) => g.sum(x, { axes: [0] }) },
  mean: { shapes, call: (x) => g.mean(x, { axes: [-1], keepDims: true }), expected: each(meanOf) },
  variance: { shapes, call: (x) => g.variance(x, last), expected: each((row) => spread(row) / 4) },
  "variance: of a sample": { shapes, call: (x) => g.variance(x, { axes: [2], correction: 1, keepDims: true }), expected: each((row) => spread(row) / 3) },
  "variance: of everything": { shapes: [[2, 4]], call: (x) => g.variance(x, { correction: 1 }), expected: (x = []) => [spread(x) / (x.length - 1)] },
  norm: { shapes, call: (x) => g.norm(x, last), expected: each((row) => Math.hypot(...row)) },
  max: { shapes, integers: true, call: (x) => g.max(x, { axes: [1] }) },
  "max: of rows": { shapes, integers: true, call: (x) => g.max(x, last), expected: each((row) => Math.max(...row)) },
  min: { shapes, integers: true, call: (x) => g.min(x, last), expected: each((row) => Math.min(...row)) },
  "min: of everything": { shapes, integers: true, call: (x) => g.min(x), expected: (x = []) => [Math.min(...x)] },
  argMax: { shapes, integers: true, call: (x) => g.argMax(x), expected: each((row) => row.indexOf(Math.max(...row))) },
  "argMax: first of ties": { shapes, integers: true, call: (x) => g.argMax(g.sign(x), 2, { keepDims: true }), expected: each((row) => row.map(Math.sign).indexOf(Math.max(...row.map(Math.sign)))) },
  argMin: { shapes, integers: true, call: (x) => g.argMin(x, -1), expected: each((row) => row.indexOf(Math.min(...row))) },
  "argMin: along another axis": { shapes, call: (x) => g.argMin(x, 1) },
  any: { shapes, integers: true, call: (x) => g.any(g.greater(x, 1), last), expected: each((row) => Number(row.some((value) => value > 1))) },
  all: { shapes, integers: true, call: (x) => g.all(g.less(x, 1), last), expected: each((row) => Number(row.every((value) => value < 1))) },
  prod: { shapes, integers: true, call: (x) => g.prod(x, last), expected: each(product) },
  "prod: of several axes": { shapes: [[2, 3, 5]], integers: true, call: (x) => g.prod(x, { axes: [1, 2], keepDims: true }) },
  "prod: with one zero": { shapes, call: (x) => g.prod(g.mul(x, g.constant([1, 0, 1, 1], [4], x.dtype)), last) },
  "prod: with two zeros": { shapes, call: (x) => g.prod(g.mul(x, g.constant([1, 0, 0, 1], [4], x.dtype)), last) },
  cumSum: { shapes, integers: true, call: (x) => g.cumSum(x), expected: along(running) },
  "cumSum: exclusive": { shapes, integers: true, call: (x) => g.cumSum(x, -1, { exclusive: true }), expected: along((row) => [0, ...running(row).slice(0, -1)]) },
  "cumSum: reverse": { shapes, integers: true, call: (x) => g.cumSum(x, 2, { reverse: true }), expected: along((row) => running([...row].reverse()).toReversed()) },
  "cumSum: exclusive and reverse, along another axis": { shapes, integers: true, call: (x) => g.cumSum(x, 1, { exclusive: true, reverse: true }) },
  softmax: { shapes, call: (x) => g.softmax(x, 1) },
  "softmax: of rows": { shapes, call: (x) => g.softmax(x), expected: along((row) => row.map((value) => Math.exp(value - logTotal(row)))) },
  logSoftmax: { shapes, call: (x) => g.logSoftmax(x), expected: along((row) => row.map((value) => value - logTotal(row))) },
  "logSoftmax: along another axis": { shapes, call: (x) => g.logSoftmax(x, 1) },
  logSumExp: { shapes, call: (x) => g.logSumExp(x, last), expected: each(logTotal) },
  "logSumExp: of everything": { shapes, call: (x) => g.logSumExp(x), expected: (x = []) => [logTotal(x)] },
  "logSumExp: large": { shapes, call: (x) => g.logSumExp(g.mul(x, 200), { axes: [-1], keepDims: true }) },
  "prod: with zeros": { shapes, call: (x) => g.prod(g.relu(g.mul(g.reshape(x, [-1, 4, 3]), 2)), { axes: [2] }) },
};
