import { hostTensor, interpretProgram, simplify } from "@fluxion/graph";
import type { HostTensor, Program } from "@fluxion/graph";
import { expect } from "vitest";
import { reachable } from "../../src/tensor.ts";
import { disagreement, expectAgreement, tolerances, valuesOf } from "../compare.ts";
import type { Built } from "./build.ts";

type Run = Readonly<Record<string, HostTensor>>;

/** Derivatives that grow beyond this say nothing in floating point. */
const moderate = 1e5;
const isModerate = (values: Float64Array): boolean => values.every((value) => Math.abs(value) < moderate);

const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => Array.from(x).reduce((total, value, i) => total + value * (y[i] ?? NaN), 0);
const norm = (x: ArrayLike<number>, y: ArrayLike<number>): number => Array.from(x).reduce((total, value, i) => total + Math.abs(value * (y[i] ?? NaN)), 0);
const size = (program: Program): number => reachable(Object.values(program.outputs)).length;

/** Two inner products of lists of tensors. */
function expectEqualProducts(left: readonly [Float64Array, Float64Array][], right: readonly [Float64Array, Float64Array][], what: string): void {
  const total = (pairs: typeof left): number => pairs.reduce((sum, [x, y]) => sum + dot(x, y), 0);
  const scale = Math.max(1, ...[...left, ...right].map(([x, y]) => norm(x, y)));
  expectAgreement([total(left) / scale], [total(right) / scale], tolerances.reordered, what);
}

/** The inputs moved along direction k. */
function along({ feeds, wrt }: Built, amount: number, k = 0): Run {
  const moved = wrt.map((key): [string, HostTensor] => {
    const x = valuesOf(feeds[key]);
    const t = valuesOf(feeds[`t_${key}`]).subarray(k * x.length);
    return [key, hostTensor(x.map((value, i) => value + amount * (t[i] ?? NaN)), feeds[key]?.shape ?? [])];
  });
  return { ...feeds, ...Object.fromEntries(moved) };
}

/** Central differences with two steps: their difference bounds the error of the smaller. */
function expectSlopes(built: Built, slopes: Readonly<Record<string, Float64Array>>): void {
  const h = 2e-5;
  const runs = [h, -h, 2 * h, -2 * h].map((amount) => interpretProgram(built.program, along(built, amount)));
  for (const [of, slope] of Object.entries(slopes)) {
    if (!isModerate(slope)) continue;
    const [up, down, farUp, farDown] = runs.map((run) => valuesOf(run[of])) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const fine = up.map((value, i) => (value - (down[i] ?? NaN)) / (2 * h));
    const coarse = farUp.map((value, i) => (value - (farDown[i] ?? NaN)) / (4 * h));
    const uncertain = 2 * disagreement(fine, coarse);
    // A kink within reach of the step, however well hidden.
    if (uncertain < 1e-3) expectAgreement(slope, fine, 1e-5 + uncertain, `derivative of ${of}`);
  }
}

/** What must hold of every program: simplifying changes nothing, and derivatives of both orders agree with each other. */
export function checkDerivatives(built: Built): void {
  const { program, feeds, ys, wrt, text } = built;
  try {
    const run = interpretProgram(program, feeds);
    const get = (key: string): Float64Array => valuesOf(run[key]);
    const once = simplify(program);
    const twice = simplify(once);
    expect(size(twice), "nodes after a second simplification").toBeLessThanOrEqual(size(once));
    for (const simpler of [once, twice]) {
      for (const [key, tensor] of Object.entries(interpretProgram(simpler, feeds))) {
        expect(tensor.shape, key).toEqual(run[key]?.shape);
        if (isModerate(get(key))) expectAgreement(valuesOf(tensor), get(key), tolerances.reordered, `simplified ${key}`);
      }
    }
    if (!built.tangents) return;
    const [j, c] = [ys.map((key) => get(`j_${key}`).subarray(0, get(key).length)), ys.map((key) => valuesOf(feeds[`c_${key}`]))];
    const slopes = Object.fromEntries(ys.map((key, i) => [key, j[i] ?? new Float64Array()]));
    const second = wrt.every((key) => `h_${key}` in run);
    expectSlopes(built, { ...slopes, ...(second && Object.fromEntries(wrt.map((key) => [`s_${key}`, get(`h_${key}`)]))) });
    if (!built.reversible || ys.length === 0) return;
    const direction = (key: string, k: number): Float64Array => {
      const { length } = valuesOf(feeds[key]);
      return valuesOf(feeds[`t_${key}`]).subarray(k * length, (k + 1) * length);
    };
    const [t, u] = [wrt.map((key) => direction(key, 0)), wrt.map((key) => direction(key, 1))];
    const all = (prefix: string): Float64Array[] => wrt.map((key) => get(prefix + key));
    const pairs = (x: readonly Float64Array[], y: readonly Float64Array[]): [Float64Array, Float64Array][] => x.map((a, i) => [a, y[i] ?? new Float64Array()]);
    if ([...j, ...all("g_")].every(isModerate)) expectEqualProducts(pairs(c, j), pairs(all("g_"), t), "adjointness");
    if (!second || [...all("h_"), ...all("k_")].some((x) => !isModerate(x))) return;
    expectEqualProducts(pairs(all("h_"), u), pairs(all("k_"), t), "symmetry of the second derivative");
    wrt.forEach((key) => {
      expectAgreement(get(`r_${key}`), get(`h_${key}`), tolerances.reordered, `reverse and forward over reverse in ${key}`);
    });
  } catch (error) {
    throw new Error(`${String(error)}\n${text}`, { cause: error });
  }
}
