import * as g from "@fluxion/graph";
import { cond, hostTensor, input, interpretProgram, referenceRuntime, scan, simplify, sizeOf, trace, whileLoop } from "@fluxion/graph";
import type { HostTensor, Program, ScanOptions, Tensor } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { describe, expect, it } from "vitest";

const runtime = await nodeRuntime({ threads: 1 });
const at = (shape: readonly number[], seed = 1): HostTensor =>
  hostTensor(Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + seed)), shape);
const data = (tensor: HostTensor | undefined): number[] => Array.from(tensor?.data ?? [], Number);

/** ONNX Runtime, the interpreter and the simplified program agree. */
async function agree(program: Program, feeds: Record<string, HostTensor>): Promise<void> {
  const executable = await runtime.compile(program);
  const fast = await executable.run(feeds);
  await executable.dispose();
  const exact = interpretProgram(program, feeds);
  const simple = interpretProgram(simplify(program), feeds);
  for (const [name, { data: values, shape }] of Object.entries(exact)) {
    expect(fast[name]?.shape).toEqual(shape);
    const scale = Math.max(1, ...data(exact[name]).map(Math.abs));
    Array.from(values, Number).forEach((value, i) => {
      expect(Math.abs(Number(fast[name]?.data[i]) - value) / scale).toBeLessThan(2e-5);
      expect(Math.abs(Number(simple[name]?.data[i]) - value) / scale).toBeLessThan(1e-12);
    });
  }
}

type Specs = Readonly<Record<string, readonly (number | string)[]>>;
type Inputs = Readonly<Record<string, Tensor>>;

/** Derivatives of Σ c·f against finite differences in the interpreter, and all of it on ONNX Runtime. */
async function differentiates(specs: Specs, feeds: Record<string, HostTensor>, f: (x: Inputs) => Tensor, wrt: readonly string[]): Promise<void> {
  const inputs = Object.fromEntries(Object.entries(specs).map(([name, shape]) => [name, input(shape)]));
  const tangents = Object.fromEntries(wrt.map((name, i) => [`t_${name}`, at([2, ...(feeds[name]?.shape ?? [])], i + 7)]));
  const tangentInputs = Object.fromEntries(wrt.map((name) => [`t_${name}`, input([2, ...(specs[name] ?? [])])]));
  const value = trace("value", inputs, (x) => ({ y: f(x) }));
  const derivatives = trace("derivatives", { ...inputs, ...tangentInputs }, (x) => {
    const y = f(x);
    const xs = wrt.map((name) => x[name] as Tensor);
    const loss = g.sum(g.mul(y, g.sin(y)));
    const [dy] = g.jvp([loss], xs, wrt.map((name) => x[`t_${name}`] as Tensor));
    const gs = g.grad(loss, xs);
    // Second order: the gradient of the squared gradient.
    const norm = gs.map((gx) => g.sum(g.square(gx))).reduce((a, b) => g.add(a, b));
    const second = g.grad(norm, xs);
    return {
      loss,
      norm,
      dy: dy,
      ...Object.fromEntries(gs.map((gx, i) => [`g_${String(wrt[i])}`, gx])),
      ...Object.fromEntries(second.map((gx, i) => [`h_${String(wrt[i])}`, gx])),
    };
  });
  const all = { ...feeds, ...tangents };
  const exact = interpretProgram(derivatives, all);
  const lossOf = (moved: Record<string, HostTensor>): number =>
    data(interpretProgram(value, moved)["y"]).reduce((total, y) => total + y * Math.sin(y), 0);
  const moved = (h: number): Record<string, HostTensor> => ({
    ...feeds,
    ...Object.fromEntries(wrt.map((name) => {
      const direction = data(tangents[`t_${name}`]);
      return [name, hostTensor(Float64Array.from(data(feeds[name]), (x, i) => x + h * (direction[i] ?? NaN)), feeds[name]?.shape ?? [])];
    })),
  });
  const difference = (lossOf(moved(1e-5)) - lossOf(moved(-1e-5))) / 2e-5;
  const along = (prefix: string, outputs: Record<string, HostTensor>): number =>
    wrt.reduce((total, name) => total + data(outputs[`${prefix}_${name}`]).reduce((sum, v, i) => sum + v * (data(tangents[`t_${name}`])[i] ?? NaN), 0), 0);
  expect(data(exact["dy"])[0]).toBeCloseTo(difference, 6);
  expect(along("g", exact)).toBeCloseTo(difference, 6);
  const normOf = (h: number): number => Number(interpretProgram(derivatives, { ...all, ...moved(h) })["norm"]?.data[0]);
  expect(along("h", exact) / ((normOf(1e-5) - normOf(-1e-5)) / 2e-5)).toBeCloseTo(1, 6);
  await agree(derivatives, all);
}

const scanSpecs: Specs = { x: ["batch", 4], w: [4, 4], n: ["steps", 4] };
type Body = (w: Tensor) => Parameters<typeof scan>[1];
const bodies: Readonly<Record<string, Body>> = {
  "an unchanged state": () => ([a, b]) => ({ carry: [a as Tensor, g.add(b as Tensor, 1)], ys: [] }),
  "a swapped state": () => ([a, b]) => ({ carry: [b as Tensor, a as Tensor], ys: [] }),
  "one value used twice": () => ([a]) => {
    const next = g.tanh(a as Tensor);
    return { carry: [next, next], ys: [next, next] };
  },
  "a passed-through input": () => ([a, b], [n]) => ({ carry: [a as Tensor, b as Tensor], ys: [n as Tensor] }),
  "captured values, constant and computed": (w) => ([a, b], [n]) => ({
    carry: [g.tanh(g.add(g.matmul(a as Tensor, g.mul(w, 0.3)), n as Tensor)), g.mul(b as Tensor, g.constant([0.1, 0.2, 0.3, 0.4]))],
    ys: [g.sum(a as Tensor)],
  }),
  "a scan inside": (w) => ([a, b], [n]) => {
    const inner = scan({ carry: [a as Tensor], xs: [w] }, ([c], [row]) => ({ carry: [g.sin(g.add(c, row))], ys: [] }));
    return { carry: [inner.carry[0], g.mul(g.add(b as Tensor, n as Tensor), 0.5)], ys: [] };
  },
  "a choice inside": (w) => ([a, b], [n]) => {
    const [next] = cond(g.greater(g.sum(n as Tensor), 0), () => [g.tanh(g.matmul(a as Tensor, w))], () => [g.mul(a as Tensor, 0.5)]);
    return { carry: [next, b as Tensor], ys: [g.mean(a as Tensor)] };
  },
  "an integer in the state": () => ([a, b], [n]) => {
    const i = g.cast(g.greater(n as Tensor, 0), "int32");
    return { carry: [g.add(a as Tensor, g.mul(n as Tensor, g.cast(i, "float32"))), g.sin(b as Tensor)], ys: [i] };
  },
};

const options: readonly ScanOptions[] = [{}, { reverse: true }, { recompute: true }, { reverse: true, recompute: true }];

describe.each(Object.entries(bodies))("a scan with %s", (name, body) => {
  const outputsOf = ({ x, w, n }: Inputs, how: ScanOptions): Tensor[] => {
    const { carry, ys } = scan({ carry: [x as Tensor, g.mul(x as Tensor, 2)], xs: [n as Tensor] }, body(w as Tensor), how);
    return [...carry, ...ys];
  };
  const feeds = (steps: number): Record<string, HostTensor> => ({ x: at([3, 4]), w: at([4, 4], 2), n: at([steps, 4], 3) });

  it.each([1, 2, 5])("runs over %i steps, both ways", async (steps) => {
    for (const how of options.slice(0, 2)) {
      const specs = Object.fromEntries(Object.entries(scanSpecs).map(([key, shape]) => [key, input(shape)]));
      await agree(trace("scan", specs, (x) => Object.fromEntries(outputsOf(x, how).map((y, i) => [`y${String(i)}`, y]))), feeds(steps));
    }
  });

  it.each(options)("has derivatives: %j", async (how) => {
    const f = (x: Inputs): Tensor =>
      outputsOf(x, how).filter(({ dtype }) => dtype === "float32").map((y) => g.sum(g.sin(y))).reduce((a, b) => g.add(a, b));
    const wrt = name === "a passed-through input" ? ["x", "n"] : ["x", "w", "n"];
    await differentiates(scanSpecs, feeds(3), f, wrt);
  });
});

it("a scan over no steps keeps its state and collects nothing", async () => {
  const program = trace("none", { x: input([2]), n: input([0, 2]) }, ({ x, n }) => {
    const { carry, ys } = scan({ carry: [x], xs: [n] }, ([c], [row]) => ({ carry: [g.add(c, row)], ys: [g.exp(c)] }));
    return { c: carry[0], y: ys[0], s: g.sum(ys[0]) };
  });
  const feeds = { x: at([2]), n: at([0, 2]) };
  await agree(program, feeds);
  expect(interpretProgram(program, feeds)["y"]?.shape).toEqual([0, 2]);
});

describe("cond", () => {
  const specs: Specs = { x: [3], s: [] };
  const f = ({ x, s }: Inputs): Tensor => {
    const [y] = cond(g.greater(s as Tensor, 0.5), () => [g.mul(g.exp(x as Tensor), s as Tensor)], () => [g.sin(g.mul(x as Tensor, 2))]);
    return y;
  };
  it.each([0.2, 0.9])("takes the branch of s = %f, with its derivatives", async (s) => {
    await differentiates(specs, { x: at([3]), s: hostTensor(Float64Array.of(s), []) }, f, ["x", "s"]);
  });

  it("computes the branch taken only", () => {
    // An endless loop in the branch that is not taken.
    const program = trace("lazy", { x: input([]) }, ({ x }) => {
      const [y] = cond(g.greater(x, 0), () => [g.mul(x, 2)], () => whileLoop([x], ([c]) => g.lessEqual(c, 0), ([c]) => [g.sub(c, 1)]));
      return { y: y };
    });
    expect(interpretProgram(program, { x: hostTensor([1], []) })["y"]?.data[0]).toBe(2);
  });

  it("refuses predicates and branches that do not fit", () => {
    trace("bad", { x: input([2]), p: input([], "bool") }, ({ x, p }) => {
      expect(() => cond(x, () => [x], () => [x])).toThrow(/cond: expected a bool predicate of shape \[\], got float32\[2\]; use where/);
      expect(() => cond(p, () => [x], () => [g.sum(x)])).toThrow(/cond: expected branches that return tensors of equal types, got float32\[2\] and float32\[\]/);
      return { y: x };
    });
  });
});

describe("whileLoop", () => {
  /** Doubles until the norm passes a bound. */
  const grown = (x: Tensor, s: Tensor): Tensor[] =>
    whileLoop([x, g.constant(0, [], "int32")], ([y]) => g.less(g.sum(g.square(y)), 100), ([y, i]) => [g.mul(y, s), g.add(i, 1)]);
  const specs = { x: input(["batch", 2]), s: input([]) };
  const feeds = { x: at([3, 2]), s: hostTensor(Float64Array.of(1.7), []) };

  it("runs until its condition fails, and not once where it fails at first", async () => {
    const program = trace("grow", specs, ({ x, s }) => {
      const [y, n] = grown(x, s);
      return { y: y as Tensor, n: n as Tensor };
    });
    await agree(program, feeds);
    expect(interpretProgram(program, feeds)["n"]?.data[0]).toBeGreaterThan(2);
    const far = { ...feeds, x: hostTensor(data(feeds.x).map((v) => 100 * v), [3, 2], "float64") };
    await agree(program, far);
    expect(interpretProgram(program, far)["n"]?.data[0]).toBe(0);
  });

  it("stops after maxSteps", async () => {
    const program = trace("most", specs, ({ x }) => {
      const [y] = whileLoop([x], () => g.greater(g.constant(1), 0), ([c]) => [g.add(c, 1)], { maxSteps: 4 });
      return { y: y };
    });
    await agree(program, feeds);
    expect(data(interpretProgram(program, feeds)["y"])[0]).toBeCloseTo(Number(feeds.x.data[0]) + 4, 12);
  });

  it("carries tangents, and refuses cotangents by naming the alternative", async () => {
    const program = trace("tangents", { ...specs, dx: input([1, "batch", 2]), ds: input([1]) }, ({ x, s, dx, ds }) => {
      const [y] = grown(x, s);
      const [dy] = g.jvp([y as Tensor], [x, s], [dx, ds]);
      return { y: y as Tensor, dy: dy };
    });
    const all = { ...feeds, dx: at([1, 3, 2], 5), ds: hostTensor(Float64Array.of(0.3), [1]) };
    await agree(program, all);
    const moved = (h: number): number[] =>
      data(interpretProgram(program, { ...all, x: hostTensor(Float64Array.from(data(all.x), (v, i) => v + h * Number(all.dx.data[i])), [3, 2]), s: hostTensor(Float64Array.of(1.7 + 0.3 * h), []) })["y"]);
    const [up, down] = [moved(1e-6), moved(-1e-6)];
    data(interpretProgram(program, all)["dy"]).forEach((v, i) => {
      expect(v).toBeCloseTo(((up[i] ?? NaN) - (down[i] ?? NaN)) / 2e-6, 4);
    });
    trace("refused", specs, ({ x, s }) => {
      const [y] = grown(x, s);
      expect(() => g.grad(g.sum(y as Tensor), [x])).toThrow(/vjp: whileLoop has no derivative: .*use scan over the most steps/);
      expect(() => whileLoop([x], ([c]) => g.less(c, 1), ([c]) => [c])).toThrow(/whileLoop: expected a bool condition of shape \[\]/);
      expect(() => whileLoop([x], () => g.less(s, 1), ([c]) => [g.sum(c)])).toThrow(/whileLoop: the body must return a state of the types it got/);
      expect(() => whileLoop([x], () => g.less(s, 1), ([c]) => [c], { maxSteps: 0 })).toThrow(/maxSteps: expected a whole number from 1, got 0/);
      return { z: g.neg(x) };
    });
  });
});

it("reverse mode computes the forward scan once", async () => {
  const program = trace("once", { x: input([4]), w: input([4, 4]), n: input([6, 4]) }, ({ x, w, n }) => {
    const { carry } = scan({ carry: [x], xs: [n] }, ([c], [row]) => ({
      carry: [g.tanh(g.add(g.reshape(g.matmul(g.reshape(c, [1, 4]), w), [4]), row))],
      ys: [],
    }));
    const loss = g.sum(carry[0]);
    return { loss, gw: g.grad(loss, [w])[0] };
  });
  const { body } = simplify(program);
  const names: string[] = [];
  const seen = new Set<unknown>();
  const visit = (tensor: Tensor): void => {
    if (seen.has(tensor.node)) return;
    seen.add(tensor.node);
    names.push(tensor.node.op.name);
    tensor.node.inputs.forEach(visit);
  };
  body.outputs.forEach(visit);
  expect(names.filter((name) => name === "scan")).toHaveLength(2);
  await agree(program, { x: at([4]), w: at([4, 4], 2), n: at([6, 4], 3) });
  await (await referenceRuntime().compile(program)).dispose();
});
