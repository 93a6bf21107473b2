import { affinePath, cosinePath, gaussianPath, linearVpPath, otPath, pathFromConfig, polynomialPath, smoothedPath, vePath, vpPath } from "fluxion";
import { abs, add, constant, cos, div, divergence, expandDims, mul, sin, sqrt, sub, sum } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";
import { evaluate } from "./harness.ts";

describe("schedules (golden numbers of the public peers, double precision)", () => {
  it.each([
    ["CondOT", otPath({ sigmaMin: 0 }), 0.25, [0.25, 0.75, 1, -1]],
    ["polynomial n = 2", polynomialPath({ n: 2 }), 0.25, [0.0625, 0.9375, 0.5, -0.5]],
    ["polynomial n = 3", polynomialPath({ n: 3 }), 0.9, [0.729, 0.271, 2.43, -2.43]],
    ["VP", vpPath(), 0, [0.006571586495, 0.9999784069, 0.06571586495, -0.000431866816]],
    ["VP", vpPath(), 0.1, [0.01699646326, 0.9998555497, 0.1530531517, -0.002601738091]],
    ["VP", vpPath(), 0.5, [0.2811828808, 0.9596542021, 1.412943976, -0.4139987682]],
    ["VP", vpPath(), 0.9, [0.9467217988, 0.3220525355, 0.9893242798, -2.908267312]],
    ["linear VP", linearVpPath(), 0.5, [0.5, 0.8660254038, 1, -0.5773502692]],
    ["linear VP", linearVpPath(), 0.9, [0.9, 0.4358898944, 1, -2.064741605]],
    ["cosine", cosinePath(), 0.25, [0.3826834324, 0.9238795325, 1.451226576, -0.6011177299]],
    ["cosine", cosinePath(), 0.9, [0.9876883406, 0.156434465, 0.2457266831, -1.551457217]],
  ] as const)("%s at t = %3$f", (_name, path, t, expected) => {
    Object.values(path.at(t)).forEach((value, i) => {
      expect(Math.abs(value / (expected[i] ?? NaN) - 1)).toBeLessThan(1e-9);
    });
  });

  it("has the VP path's end as the paper's cut-off leaves it", () => {
    const { sigma, dSigma } = vpPath().at(1 - 1e-5);
    expect(sigma).toBeCloseTo(1.0005e-3, 7);
    expect(dSigma).toBeCloseTo(-50.1, 1);
  });
});

describe("conditional fields u_t(x|x1) at x = (0.4, −0.3), x1 = (1, −1)", () => {
  const ve = [3.1789904199, -3.7088221566];
  it.each([
    ["VE from 0.01 to 2, eq 17", vePath({ sigmaMin: 0.01, sigmaMax: 2 }), 0.1, ve],
    ["VE", vePath({ sigmaMin: 0.01, sigmaMax: 2 }), 0.8, ve],
    ["VP, eq 19", vpPath(), 0.1, [0.1520565328, -0.1523167442]],
    ["VP", vpPath(), 0.5, [1.3616857823, -1.4048261934]],
    ["VP", vpPath(), 0.9, [5.9264477636, -6.8294890352]],
    ["OT with σ_min 1e-3, eq 21", otPath({ sigmaMin: 1e-3 }), 0.1, [0.6670369959, -0.7780246639]],
    ["OT", otPath({ sigmaMin: 1e-3 }), 0.5, [1.1996003996, -1.3992007992]],
    ["OT", otPath({ sigmaMin: 1e-3 }), 0.9, [5.9504459861, -6.9405351833]],
  ] as const)("%s", (_name, path, t, expected) => {
    const { u = [] } = evaluate([[0.4, -0.3]], [[1, -1]], [t], (x, x1, at) => ({ u: path.conditionalVelocity(x, x1, at) }));
    expect(u[0]).toBeCloseTo(expected[0], 9);
    expect(u[1]).toBeCloseTo(expected[1], 9);
  });

  it("writes eq 19's second form too", () => {
    const [t, x, x1] = [0.7, 0.4, 1];
    const [s, beta] = [1 - t, 0.1 + (1 - t) * 19.9];
    const total = 0.1 * s + (19.9 * s * s) / 2;
    const expected = (-beta / 2) * ((Math.exp(-total) * x - Math.exp(-total / 2) * x1) / (1 - Math.exp(-total)));
    const { u = [] } = evaluate([[x]], [[x1]], [t], (a, b, at) => ({ u: vpPath().conditionalVelocity(a, b, at) }));
    expect(u[0]).toBeCloseTo(expected, 12);
  });
});

describe("Gaussian data in closed form: N((1, −2), 0.5² I)", () => {
  it.each([
    ["CondOT", otPath({ sigmaMin: 0 }), [1.36, -3.56], -2.4],
    ["cosine", cosinePath(), [1.588657616, -3.837049689], -1.884955592],
  ] as const)("has the marginal velocity at (0.2, 0.3), t = 0.5 on %s, and its divergence", (_name, path, expected, spread) => {
    const { u = [], div: of = [] } = evaluate([[0.2, 0.3]], [[1, -2]], [0.5], (x, m, t) => {
      const velocity = smoothedPath(path, 0.5).conditionalVelocity(x, m, t);
      return { u: velocity, div: divergence(velocity, x) };
    });
    expect(u[0]).toBeCloseTo(expected[0], 9);
    expect(u[1]).toBeCloseTo(expected[1], 9);
    expect(of[0]).toBeCloseTo(spread, 9);
  });
});

describe("couplings with noise on the path: x0 = (1, −2), x1 = (3, 0.5), noise (0.3, −0.7), σ = 0.5, t = 0.25", () => {
  const [x0, noise, x1] = [[1, -2], [0.3, -0.7], [3, 0.5]];
  const start = (): Tensor => constant(Float64Array.from(x0), [1, 2]);
  const column = (f: Tensor): Tensor => expandDims(f, 1);
  const quarter = (t: Tensor): Tensor => mul(t, Math.PI / 2);
  const straight = (t: Tensor, end: Tensor): Tensor => add(mul(column(sub(1, t)), start()), mul(column(t), end));
  const constantStd = (t: Tensor): Tensor => add(mul(t, 0), 0.5);
  // Both ends given, what remains is a Gaussian path whose mean knows the start.
  it.each([
    ["independent", gaussianPath({ mean: straight, std: constantStd }), [1.65, -1.725], [2, 2.5]],
    ["target (Lipman)", otPath({ sigmaMin: 0.5 }), [1.0125, -0.4875], [2.85, 0.85]],
    ["Schrödinger bridge", gaussianPath({ mean: straight, std: (t) => mul(0.5, sqrt(mul(t, sub(1, t)))) }), [1.564951905, -1.526554446], [2.086602538, 2.297927411]],
    [
      "trigonometric",
      gaussianPath({ mean: (t, end) => add(mul(column(cos(quarter(t))), start()), mul(column(sin(quarter(t))), end)), std: constantStd }),
      [2.22192983, -2.006417349],
      [3.752561998, 1.927848748],
    ],
  ] as const)("%s", (_name, path, position, speed) => {
    const { at = [], u = [], v = [] } = evaluate([noise], [x1], [0.25], (z, end, t) => {
      const { xt, velocity } = path.sample(z, end, t);
      return { at: xt, u: velocity, v: path.conditionalVelocity(xt, end, t) };
    });
    for (const i of [0, 1] as const) {
      // The peers' bridge has a guard of 1e-8 in its denominator.
      expect(at[i]).toBeCloseTo(position[i], 8);
      expect(u[i]).toBeCloseTo(speed[i], 7);
      expect(v[i]).toBeCloseTo(speed[i], 7);
    }
  });
});

describe("affinePath", () => {
  it("takes its prior from σ at the start, and a constant for a function", () => {
    const path = affinePath({ alpha: () => constant(1), sigma: (t) => sub(3, mul(t, 2.9)) });
    expect(path.priorStd).toBe(3);
    expect(path.at(0.5)).toEqual({ alpha: 1, sigma: 1.55, dAlpha: 0, dSigma: -2.9 });
  });

  it("differentiates the time of a ratio found by bisection as a formula would", () => {
    const [formula, bisected] = [otPath({ sigmaMin: 0.1 }), affinePath({ alpha: (t) => t, sigma: (t) => sub(1, mul(t, 0.9)) })];
    for (const ratio of [0.01, 0.5, 7]) {
      const slope = (path: typeof formula) => (path.timeOfSnr(ratio * 1.0001) - path.timeOfSnr(ratio * 0.9999)) / (0.0002 * ratio);
      expect(slope(bisected)).toBeCloseTo(slope(formula), 6);
    }
  });
});

describe("bad arguments", () => {
  it.each([
    ["a sigmaMin of 1", () => otPath({ sigmaMin: 1 }), /otPath: sigmaMin: expected a number in \[0, 1\), got 1/],
    ["a degree of 0", () => polynomialPath({ n: 0 }), /polynomialPath: n: expected a number from 1, got 0/],
    ["no degree", () => polynomialPath({} as { n: number }), /polynomialPath: n: expected a number from 1, got undefined/],
    ["text for a number", () => vpPath({ betaMin: "1" as unknown as number }), /vpPath: betaMin: expected a number above 0, got "1"/],
    ["a falling beta", () => vpPath({ betaMin: 3, betaMax: 2 }), /vpPath: betaMax: expected at least betaMin, 3, got 2/],
    ["no cut-off", () => vpPath({ epsilon: 0 }), /vpPath: epsilon: expected a number above 0 and below 0.1, got 0/],
    ["a cut-off that cuts too much", () => linearVpPath({ epsilon: 0.5 }), /linearVpPath: epsilon: .*got 0.5/],
    ["VE without growth", () => vePath({ sigmaMin: 2, sigmaMax: 1 }), /vePath: sigmaMax: expected a number above sigmaMin, 2, got 1/],
    ["an option of another path", () => otPath({ betaMin: 1 } as object), /otPath: unknown option "betaMin"; the options are sigmaMin/],
    ["an option of none", () => cosinePath({ s: 1 } as unknown as Record<string, never>), /cosinePath: unknown option "s"; there are none/],
    ["an empty interval", () => affinePath({ alpha: (t) => t, sigma: (t) => t, interval: [0.5, 0.2] }), /affinePath: interval: expected 0 <= t0 < t1 <= 1, got \[0.5, 0.2\]/],
    ["an infinite velocity", () => affinePath({ alpha: (t) => t, sigma: (t) => div(sub(1, t), t) }), /interval: expected a finite sigma at its ends, got Infinity at t = 0/],
    ["time that runs from data to noise", () => affinePath({ alpha: (t) => sub(1, t), sigma: (t) => t }), /expected more signal .* t = 0 is noise/],
    ["an alpha that is not elementwise", () => affinePath({ alpha: (t) => sum(t, { axes: [0], keepDims: true }), sigma: (t) => sub(1, t) }), /affinePath: alpha: expected a value for each time \["?count"?\], got \[1\]/],
    ["a prior without width", () => affinePath({ alpha: (t) => t, sigma: (t) => sub(1, t), priorStd: 0 }), /priorStd: expected a number above 0, got 0/],
    ["a ratio that falls on the way", () => affinePath({ alpha: (t) => mul(t, sub(2.5, mul(t, 1.5))), sigma: (t) => sub(1, mul(t, 0.1)) }), /affinePath: expected a signal-to-noise ratio \(alpha²\/sigma²\) that grows with t, got .* and then .* at t = 0\.\d+; t = 0 is noise/],
    ["noise that is used up on the way", () => affinePath({ alpha: (t) => t, sigma: (t) => sub(1, mul(t, 2)) }), /affinePath: sigma: expected noise above 0 before the end, got 0 at t = 0.5; end the interval earlier/],
    ["a derivative that is infinite on the way", () => affinePath({ alpha: (t) => t, sigma: (t) => sub(1, mul(0.5, sqrt(abs(sub(t, 0.5))))) }), /affinePath: interval: expected a finite dSigma inside it, got .* at t = 0.5/],

    ["a smoothing of none", () => smoothedPath(otPath(), 0), /smoothedPath: std: expected a number above 0, got 0/],
    ["a Gaussian path's empty interval", () => gaussianPath({ mean: (_t, x1) => x1, std: (t) => t, interval: [1, 1] }), /gaussianPath: interval/],
    ["an unknown kind", () => pathFromConfig({ kind: "magic" }), /pathFromConfig: expected kind to be one of ot, vp, .*, got "magic"/],
    ["an unknown option in a file", () => pathFromConfig({ kind: "vp", beta: 3 }), /vpPath: unknown option "beta"/],
  ])("%s is refused", (_name, call, message) => {
    expect(call).toThrow(message);
  });

  it("of a Gaussian path's functions are refused where they are called", () => {
    const path = gaussianPath({ mean: (t) => t, std: (t) => sub(1, t) });
    expect(() => evaluate([[1, 2]], [[1, 2]], [0.5], (x, x1, t) => ({ u: path.conditionalVelocity(x, x1, t) }))).toThrow(/gaussianPath: mean: expected \[batch, ...event\] as the data, \[1, 2\], got \[1\]/);
  });
});
