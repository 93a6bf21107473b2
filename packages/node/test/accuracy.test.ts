import * as g from "@fluxion/graph";
import { hostTensor, input, trace } from "@fluxion/graph";
import type { HostTensor, Program, Target, Tensor } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";

const runtime = await nodeRuntime({ threads: 1 });

async function run(program: Program, feeds: Record<string, HostTensor>, target: Target): Promise<Record<string, HostTensor>> {
  const executable = await runtime.compile(program, { target });
  const results = await executable.run(feeds);
  await executable.dispose();
  return results;
}

/** 10^−20 to 10^to, both signs, evenly in the exponent. */
const magnitudes = (to: number): number[] =>
  Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 10 ** (-20 + ((20 + to) * i) / 3999)).map(Math.fround);

interface Row {
  readonly fn: (x: Tensor) => Tensor;
  readonly exact: (x: number) => number;
  readonly from: readonly number[];
}
const rows: Readonly<Record<string, Row>> = {
  expm1: { fn: g.expm1, exact: Math.expm1, from: [...magnitudes(1.9), 1, -1, 0.999, -0.999, 88, -100].map(Math.fround) },
  log1p: { fn: g.log1p, exact: Math.log1p, from: [...magnitudes(30).filter((x) => x > -1), -0.5, -0.999, -0.99999].map(Math.fround) },
  softplus: { fn: g.softplus, exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), from: magnitudes(1.5) },
  silu: { fn: g.silu, exact: (x) => x / (1 + Math.exp(-x)), from: magnitudes(0.5) },
  tan: { fn: g.tan, exact: Math.tan, from: magnitudes(0) },
  rsqrt: { fn: g.rsqrt, exact: (x) => 1 / Math.sqrt(x), from: magnitudes(20).map(Math.abs) },
};

describe.each(["onnxruntime", "portable"] as const)("relative accuracy on ONNX Runtime, target %s", (target) => {
  it.each(Object.entries(rows))("%s", async (_name, { fn, exact, from }) => {
    for (const [dtype, tolerance] of [["float32", 1e-6], ["float64", 1e-14]] as const) {
      const program = trace("accuracy", { x: input(["n"], dtype) }, ({ x }) => ({ y: fn(x) }));
      const { y } = await run(program, { x: hostTensor(from, [from.length], dtype) }, target);
      const errors = from.map((x, i) => Math.abs(Number(y?.data[i]) / exact(x) - 1));
      const worst = errors.reduce((best, error, i) => (error > (errors[best] ?? NaN) || Number.isNaN(error) ? i : best), 0);
      expect(errors[worst], `${dtype} at ${String(from[worst])}`).toBeLessThan(tolerance);
    }
  });
});

it("multiplies by factors beside matrix products as exactly as float64 can", async () => {
  const a = hostTensor(Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)), [3, 4]);
  const program = trace("scaled", { a: input([3, 4], "float64") }, ({ a }) => ({
    before: g.matmul(g.mul(a, 0.1), a, { transposeB: true }),
    after: g.div(g.matmul(a, a, { transposeB: true }), 3),
  }));
  const exact = g.interpretProgram(program, { a });
  for (const [name, y] of Object.entries(await run(program, { a }, "onnxruntime"))) {
    y.data.forEach((value, i) => expect(Number(value)).toBeCloseTo(Number(exact[name]?.data[i]), 14));
  }
});

describe.each(["onnxruntime", "portable"] as const)("rows of infinities and NaN, target %s", (target) => {
  const infinite = [-Infinity, -Infinity, -Infinity, 0, -Infinity, 1, NaN, 1, 2];
  it.each(["float32", "float64"] as const)("%s", async (dtype) => {
    const fns = { softmax: g.softmax, logSoftmax: g.logSoftmax, logSumExp: (x: Tensor) => g.logSumExp(x, { axes: [1] }), slope: (x: Tensor) => g.grad(g.sum(g.logSumExp(g.slice(x, 0, 0, 2), { axes: [1] })), [x])[0] };
    const program = trace("rows", { x: input([3, 3], dtype) }, ({ x }) => Object.fromEntries(Object.entries(fns).map(([name, fn]) => [name, fn(x)])));
    const feeds = { x: hostTensor(infinite, [3, 3], dtype) };
    const exact = g.interpretProgram(program, feeds);
    for (const [name, y] of Object.entries(await run(program, feeds, target))) {
      y.data.forEach((value, i) => {
        const wanted = Number(exact[name]?.data[i]);
        if (Number.isFinite(wanted)) expect(Number(value), name).toBeCloseTo(wanted, 5);
        else expect(Number(value), name).toBe(wanted);
      });
    }
  });
});
