import { add, div, hostTensor, neg, onHost, referenceRuntime, reshape, sin, square, sub } from "@fluxion/graph";
import type { HostTensor, Runtime, Tensor } from "@fluxion/graph";
import { integrator, isFsal, karrasGrid, karrasLevels, shiftedGrid, shiftedLevel, SolveError, solvers } from "fluxion";
import type { Field, SolverName, Tableau } from "fluxion";
import { describe, expect, it } from "vitest";
import { fixedGridProgram } from "../../src/solvers/step-program.ts";

const one = (value: number): HostTensor[] => [hostTensor(Float64Array.of(value), [1, 1])];
const field = (f: (t: Tensor, y: Tensor) => Tensor): Field => ({ state: [[1]], derivative: (t, [y]) => (y ? [f(reshape(t, [1, 1]), y)] : []) });
const first = (state: readonly HostTensor[]): number => Number(state[0]?.data[0]);

/** y' = −y + sin t, y(0) = 1. */
const forced = field((t, y) => add(neg(y), sin(t)));
const exact = 1.5 * Math.exp(-1) + (Math.sin(1) - Math.cos(1)) / 2;

/** The error at t = 1 of a fixed grid, for any tableau. */
async function gridError({ a, b, c }: Pick<Tableau, "a" | "b" | "c">, steps: number): Promise<number> {
  const stages = b.length;
  const matrix = (f: (i: number, j: number) => number) =>
    hostTensor(Float64Array.from({ length: stages * stages }, (_, k) => f(Math.floor(k / stages), k % stages)), [stages, stages]);
  const executable = await referenceRuntime().compile(fixedGridProgram(forced, stages));
  const out = await executable.run({
    y0: one(1)[0] as HostTensor,
    a: matrix((i, j) => a[i]?.[j] ?? 0),
    b: hostTensor(Float64Array.from(b), [stages]),
    h: hostTensor(new Float64Array(steps).fill(1 / steps), [steps]),
    times: hostTensor(Float64Array.from({ length: steps * stages }, (_, k) => (Math.floor(k / stages) + (c[k % stages] ?? NaN)) / steps), [steps, stages]),
  });
  return Math.abs(Number(out["next0"]?.data[0]) - exact);
}

describe.each(Object.keys(solvers) as SolverName[])("%s", (name) => {
  it("converges with its order", async () => {
    const [coarse, fine] = [await gridError(solvers[name], 16), await gridError(solvers[name], 32)];
    expect(Math.abs(Math.log2(coarse / fine) - solvers[name].order)).toBeLessThan(0.3);
  });
});

/** Kutta's 3/8 rule, which peers call rk4, and Heun's method of third order: tableaux that the step program has not seen. */
const threeEighths = { c: [0, 1 / 3, 2 / 3, 1], a: [[], [1 / 3], [-1 / 3, 1], [1, -1, 1]], b: [1 / 8, 3 / 8, 3 / 8, 1 / 8] };
const heun3 = { c: [0, 1 / 3, 2 / 3], a: [[], [1 / 3], [0, 2 / 3]], b: [1 / 4, 0, 3 / 4] };

it.each([
  ["euler", solvers.euler, [3.353e-2, 1.635e-2, 8.073e-3, 4.012e-3]],
  ["midpoint", solvers.midpoint, [1.309e-3, 3.136e-4, 7.677e-5, 1.899e-5]],
  ["heun", solvers.heun, [8.698e-4, 2.065e-4, 5.031e-5, 1.242e-5]],
  ["heun3", heun3, [3.157e-5, 3.775e-6, 4.615e-7, 5.704e-8]],
  ["the 3/8 rule", threeEighths, [6.085e-7, 3.623e-8, 2.21e-9, 1.364e-10]],
] as const)("%s has the errors of the public peers on y' = −y + sin t", async (_, tableau, errors) => {
  for (const [i, expected] of errors.entries()) {
    expect((await gridError(tableau, 10 * 2 ** i)) / expected).toBeCloseTo(1, 3);
  }
});

it("gives a long grid in calls that can be stopped between, to the same end", async () => {
  const { runtime, runs, afterRun } = counting();
  const solve = integrator(runtime, forced);
  const { state, nfe, t } = await solve.solve(one(1), [0, 1], { solver: "midpoint", steps: 120 });
  expect(runs()).toBeGreaterThan(1);
  expect([nfe, t]).toEqual([240, 1]);
  expect(Math.abs(first(state) - exact)).toBeCloseTo(await gridError(solvers.midpoint, 120), 12);
  const stop = new AbortController();
  afterRun(() => {
    stop.abort();
  });
  const solution = await solve.solve(one(1), [0, 1], { solver: "euler", steps: 1000, signal: stop.signal, throwOnFailure: false });
  expect(solution.result).toBe("aborted");
  expect(solution.accepted).toBeLessThan(1000);
  expect(solution.t).toBeCloseTo(solution.accepted / 1000, 12);
  expect(solution.nfe).toBe(solution.accepted);
});

const adaptive = ["bosh3", "tsit5", "dopri5"] as const;

/** A runtime that counts the runs of its programs, and does something after each. */
function counting(): { readonly runtime: Runtime; readonly runs: () => number; readonly afterRun: (act: () => void) => void } {
  const inner = referenceRuntime();
  let runs = 0;
  let act = (): void => undefined;
  const runtime: Runtime = {
    ...inner,
    compile: async (program, options) => {
      const executable = await inner.compile(program, options);
      return {
        ...executable,
        run: async (feeds) => {
          const results = await executable.run(feeds);
          runs += 1;
          act();
          return results;
        },
      };
    },
  };
  return { runtime, runs: () => runs, afterRun: (next) => { act = next; } };
}

/** A runtime that notes the times at which the field is evaluated. */
function recording(): { runtime: Runtime; times: number[] } {
  const times: number[] = [];
  const inner = referenceRuntime();
  return {
    times,
    runtime: {
      ...inner,
      compile: async (program, options) => {
        const executable = await inner.compile(program, options);
        return {
          ...executable,
          run: (feeds) => {
            const { t, step } = onHost(program.name, feeds);
            times.push(...Array.from(t?.data ?? [], Number), ...Array.from(step?.data ?? [], Number).slice(3));
            return executable.run(feeds);
          },
        };
      },
    },
  };
}

describe.each(adaptive)("%s, adaptive", (solver) => {
  it("meets its tolerance, and its error falls with it", async () => {
    expect(isFsal(solvers[solver])).toBe(true);
    const solve = integrator(referenceRuntime(), forced);
    const errors = [];
    for (const tolerance of [1e-3, 1e-6, 1e-9]) {
      const { state } = await solve.solve(one(1), [0, 1], { solver, rtol: tolerance, atol: tolerance });
      errors.push(Math.abs(first(state) - exact));
      expect(errors.at(-1)).toBeLessThan(20 * tolerance);
    }
    expect(errors[2]).toBeLessThan(errors[0] ?? 0);
  });

  it.each([[[0, 1]], [[1, 0]], [[0.2, 0.7]]] as const)("stays within %j and counts its evaluations", async (interval) => {
    const { runtime, times } = recording();
    const { nfe, accepted, result, t } = await integrator(runtime, forced).solve(one(1), interval, { solver, rtol: 1e-5, atol: 1e-5 });
    expect(result).toBe("success");
    expect(t).toBe(interval[1]);
    expect(accepted).toBeGreaterThan(1);
    expect(times).toHaveLength(nfe);
    expect(Math.min(...times.map(Math.fround))).toBeGreaterThanOrEqual(Math.min(...interval));
    expect(Math.max(...times.map(Math.fround))).toBeLessThanOrEqual(Math.max(...interval));
  });

  it("goes back to where it came from", async () => {
    const solve = integrator(referenceRuntime(), forced);
    const options = { solver, rtol: 1e-9, atol: 1e-9 };
    const there = await solve.solve(one(1), [0, 1], options);
    const back = await solve.solve(there.state, [1, 0], options);
    expect(first(back.state)).toBeCloseTo(1, 6);
  });
});

describe("dopri5", () => {
  // scipy.integrate.solve_ivp(lambda t, y: -y + np.sin(t), (0, 10), [1.0], method="RK45", rtol=tolerance, atol=tolerance)
  it.each([
    [1e-3, 68, [0.1, 1.043863, 1.937894, 3.127336, 4.384057, 5.542697, 6.61011]],
    [1e-6, 236, [0.025119, 0.263648, 0.498716, 0.741458, 0.99569, 1.268132, 1.570148]],
    [1e-9, 782, [0.00631, 0.066317, 0.126101, 0.186271, 0.246876, 0.307979, 0.369646]],
  ])("takes SciPy's steps at %d, rejections included", async (tolerance, evaluations, golden) => {
    const times: number[] = [];
    const solution = await integrator(referenceRuntime(), forced).solve(one(1), [0, 10], {
      rtol: tolerance,
      atol: tolerance,
      onStep: ({ t }) => times.push(t),
    });
    expect(solution.nfe).toBe(evaluations);
    expect(solution.rejected).toBeGreaterThan(0);
    golden.forEach((time, i) => {
      expect(times[i]).toBeCloseTo(time, 5);
    });
  });
});

describe("grids", () => {
  it("have the golden levels of the public peers", () => {
    const levels = karrasLevels(5);
    [80, 17.527832, 2.515219, 0.16975276, 0.002].forEach((level, i) => {
      expect(levels[i]! / level).toBeCloseTo(1, 6);
    });
    [0.012345679, 0.0539728556, 0.2844772991, 0.8548815078, 0.9980039920].forEach((time, i) => {
      expect(1 / (1 + levels[i]!)).toBeCloseTo(time, 9);
    });
    expect(karrasGrid(5)).toEqual([0, ...levels.slice(1).map((sigma) => 1 / (1 + sigma)), 1]);
    [1, 0.85732648, 0.60071942, 0.00299401].forEach((level, i) => {
      expect(shiftedLevel(1 - (0.999 * i) / 3, 3)).toBeCloseTo(level, 8);
    });
    expect(shiftedGrid(4, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it.each([
    ["equal steps", [0, 0.25, 0.5, 0.75, 1]],
    ["shifted", shiftedGrid(4, 3)],
    ["your own", [0, 0.1, 0.7, 1]],
  ] as const)("step where they say, there and back: %s", async (_name, grid) => {
    const solve = integrator(referenceRuntime(), forced);
    // Heun's method by hand.
    const f = (t: number, y: number): number => -y + Math.sin(t);
    const byHand = (times: readonly number[], start: number): number =>
      times.slice(1).reduce((y, end, i) => {
        const [t, h] = [times[i]!, end - times[i]!];
        const k = f(t, y);
        return y + (h / 2) * (k + f(end, y + h * k));
      }, start);
    const there = await solve.solve(one(1), [0, 2], { solver: "heun", grid });
    expect(there).toMatchObject({ nfe: 2 * (grid.length - 1), t: 2 });
    expect(first(there.state)).toBeCloseTo(byHand(grid.map((share) => 2 * share), 1), 12);
    const back = await solve.solve(one(1), [2, 0], { solver: "heun", grid });
    expect(first(back.state)).toBeCloseTo(byHand(grid.map((share) => 2 * share).reverse(), 1), 12);
  });

  it.each([
    [{ solver: "dopri5", grid: [0, 1] }, /dopri5: grid is for fixed-step solvers/],
    [{ solver: "euler", grid: [0, 1], steps: 1 }, /euler: grid: expected it or steps, got both/],
    [{ solver: "euler", grid: [0, 0.5, 0.5, 1] }, /euler: grid: expected shares of the interval that grow from 0 to 1, got \[0, 0.5, 0.5, 1\]/],
    [{ solver: "euler", grid: [0, 0.5] }, /grow from 0 to 1/],
  ] as const)("refuse %j", async (options, message) => {
    await expect(integrator(referenceRuntime(), forced).solve(one(1), [0, 1], options)).rejects.toThrow(message);
  });

  it("refuse what makes none", () => {
    expect(() => karrasLevels(1)).toThrow(/karrasLevels: count: expected a whole number from 2, got 1/);
    expect(() => karrasLevels(3, { sigmaMin: 0 })).toThrow(/expected 0 < sigmaMin < sigmaMax, got 0 and 80/);
    expect(() => karrasLevels(3, { rho: 0 })).toThrow(/rho: expected a number from 1, got 0/);
    expect(() => shiftedGrid(3, 0)).toThrow(/shiftedGrid: shift: expected a number above 0, got 0/);
  });
});

describe("a solve that fails", () => {
  const explosive = field((_t, y) => square(y));
  const singular = field((t) => div(1, sub(0.5, t)));

  it("spends its budget and returns the last state", async () => {
    const solve = integrator(referenceRuntime(), forced);
    const solution = await solve.solve(one(1), [0, 1], { rtol: 1e-10, atol: 1e-10, maxSteps: 3, throwOnFailure: false });
    expect(solution).toMatchObject({ result: "maxStepsReached" });
    expect(solution.t).toBeGreaterThan(0);
    await expect(solve.solve(one(1), [0, 1], { rtol: 1e-10, atol: 1e-10, maxSteps: 3 })).rejects.toThrow(/maxStepsReached.*raise maxSteps/);
  });

  it("names underflow and values that are not finite", async () => {
    const stuck = await integrator(referenceRuntime(), explosive).solve(one(2), [0, 1], { throwOnFailure: false });
    expect(["stepSizeUnderflow", "nonFinite", "maxStepsReached"]).toContain(stuck.result);
    expect(stuck.t).toBeLessThan(0.51);
    await expect(integrator(referenceRuntime(), singular).solve(one(0), [0, 1])).rejects.toThrow(SolveError);
    const nan = await integrator(referenceRuntime(), forced).solve(one(NaN), [0, 1], { throwOnFailure: false });
    expect(nan.result).toBe("nonFinite");
  });

  it("can be aborted", async () => {
    const stop = new AbortController();
    const onStep = (): void => {
      stop.abort();
    };
    const solution = await integrator(referenceRuntime(), forced).solve(one(1), [0, 1], { rtol: 1e-9, atol: 1e-9, signal: stop.signal, onStep, throwOnFailure: false });
    expect(solution).toMatchObject({ result: "aborted", accepted: 1 });
  });

  it.each([
    [{ solver: "euler", rtol: 1e-3 }, /euler: rtol is for adaptive solvers/],
    [{ solver: "dopri5", steps: 3 }, /dopri5: steps is for fixed-step solvers/],
    [{ solver: "magic" as SolverName }, /expected one of euler, .*got "magic"/],
    [{ solver: "euler", steps: 0 }, /steps: expected a whole number from 1, got 0/],
    [{ atol: 0 }, /atol: expected a number above 0, got 0/],
  ] as const)("refuses %j", async (options, message) => {
    await expect(integrator(referenceRuntime(), forced).solve(one(1), [0, 1], options)).rejects.toThrow(message);
  });
});

