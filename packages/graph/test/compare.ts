/** @file How far results may lie apart: every tolerance of the oracles, and the one way to measure it. */
import type { HostTensor } from "@fluxion/graph";
import { expect } from "vitest";

/** Largest differences, relative to the largest value of a tensor or to 1. */
export const tolerances = {
  /** The interpreter against formulas. */
  closedForm: 1e-12,
  /** Derivatives against central differences with steps of `step`. */
  difference: 1e-6,
  /** Two orders of the same float64 operations: simplified programs, adjoints, symmetry. */
  reordered: 1e-9,
  /** ONNX Runtime in float64. */
  float64: 1e-10,
  /** ONNX Runtime in float16, whose steps are 2⁻¹⁰ of a value: the interpreter rounds after every op, it after some. */
  float16: 2 ** -8,
  /** ONNX Runtime in float32. */
  float32: 2e-5,
  /** Derivatives in float32, which pass through more operations. */
  float32Derivatives: 2e-4,
} as const;

/** The step of central differences. */
export const step = 1e-6;

/** The values of a tensor as numbers. */
export const valuesOf = (tensor: HostTensor | undefined): Float64Array => {
  if (!tensor) throw new Error("no such tensor");
  return tensor.data instanceof Float64Array ? tensor.data : Float64Array.from(tensor.data as ArrayLike<number>, Number);
};

/** The largest difference relative to the largest value or to 1; infinite where NaN meets none or infinities differ. */
export function disagreement(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let [worst, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] ?? NaN, expected[i] ?? NaN];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const difference = Math.abs(a - b);
    worst = Math.max(worst, Number.isFinite(difference) ? difference : Infinity);
  }
  for (const value of Array.from(expected)) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  return worst / scale;
}

/** Expects agreement to a tolerance, or shows both. */
export function expectAgreement(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  const found = disagreement(actual, expected);
  if (found <= tolerance) return;
  expect.fail(`${what}: off by ${found.toExponential(2)}, more than ${String(tolerance)}\ngot      ${list(actual)}\nexpected ${list(expected)}`);
}

const list = (values: ArrayLike<number>): string => Array.from(values).slice(0, 24).join(" ");
