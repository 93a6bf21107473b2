import { hostTensor, input, interpretProgram, trace } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { parseFormula } from "../src/formula/expression.ts";
import { formulaPath } from "../src/formula/formula-path.ts";
import { formulaTensor } from "../src/formula/to-graph.ts";

const times = [0.1, 0.37, 0.5, 0.93];

/** The values of a formula at `times`, by the float64 interpreter. */
function valuesOf(text: string): number[] {
  const expression = parseFormula(text);
  const program = trace("formula", { t: input(["count"]) }, ({ t }) => ({ y: formulaTensor(expression, t) }));
  const { y } = interpretProgram(program, { t: hostTensor(Float64Array.from(times), [times.length]) });
  return Array.from(y?.data as Float64Array);
}

const known: readonly (readonly [string, (t: number) => number])[] = [
  ["1 - t", (t) => 1 - t],
  ["-t^2", (t) => -(t ** 2)],
  ["2^-t^2", (t) => 2 ** -(t ** 2)],
  ["2t(1 - t)", (t) => 2 * t * (1 - t)],
  ["1 - 2 - 3t", (t) => 1 - 2 - 3 * t],
  ["t/2/4", (t) => t / 2 / 4],
  ["2/4t", (t) => (2 / 4) * t],
  ["cos(pi t/2)", (t) => Math.cos((Math.PI * t) / 2)],
  ["sqrt(1 - exp(-3t))", (t) => Math.sqrt(1 - Math.exp(-3 * t))],
  ["abs(t - .5) + 1e-3", (t) => Math.abs(t - 0.5) + 1e-3],
  ["sigmoid(log(t)) tanh(t)", (t) => (1 / (1 + Math.exp(-Math.log(t)))) * Math.tanh(t)],
  ["t sin(t)", (t) => t * Math.sin(t)],
  ["e^t", (t) => Math.E ** t],
  ["0.25", () => 0.25],
];

it.each(known)("computes %s", (text, f) => {
  valuesOf(text).forEach((value, i) => expect(value).toBeCloseTo(f(times[i]!), 12));
});

const refused: readonly (readonly [string, RegExp])[] = [
  ["", /expected a number, t or a function, got the end/],
  ["1 +", /got the end at character 4/],
  ["(t", /expected a closing parenthesis/],
  ["t)", /expected the end, got "\)" at character 2/],
  ["sin t", /expected an opening parenthesis after sin/],
  ["alert(1)", /expected t, pi, e or one of sin/],
  ["constructor", /expected t, pi, e/],
  ["__proto__", /got "_" at character 1/],
  ["t; fetch('/x')", /got ";" at character 2/],
  ["`${t}`", /got "`" at character 1/],
  ["t".repeat(121), /expected at most 120 characters, got 121/],
];

it.each(refused)("refuses %j", (text, message) => {
  expect(() => parseFormula(text)).toThrow(message);
});

it("reads the deepest formula that fits", () => {
  expect(() => parseFormula(`${"(".repeat(59)}t${")".repeat(59)}`)).not.toThrow();
});

describe("formulaPath", () => {
  it("is the library's own path where the formulas are its", () => {
    const path = formulaPath("sin(pi t/2)", "cos(pi t/2)");
    expect(path.at(0.3).dAlpha).toBeCloseTo((Math.PI / 2) * Math.cos(0.15 * Math.PI), 12);
  });

  it.each([
    ["1 - t", "t", /expected more signal|expected noise|finite/],
    ["t", "1 - 2t", /sigma: expected noise above 0/],
    ["sin(6 t)", "1 - t^2", /expected a signal-to-noise ratio .* that grows with t/],
    ["log(t)", "1 - t", /finite alpha/],
    ["t", "1 - ", /σ\(t\): formula: expected a number/],
  ])("refuses α = %s, σ = %s", (alpha, sigma, message) => {
    expect(() => formulaPath(alpha, sigma)).toThrow(message);
  });
});
