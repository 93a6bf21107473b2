import { describe, expect, it } from "vitest";
import { claimsOf as figure10Claims } from "../src/reproduce/experiments/figure10.ts";
import { claimsOf as figure4Claims } from "../src/reproduce/experiments/figure4.ts";
import { claimsOf as figure5Claims } from "../src/reproduce/experiments/figure5.ts";
import { claimOf, leftOf } from "../src/reproduce/experiments/figure6.ts";
import { errorClaim, evaluationsFor, qualityClaim, sharesOf } from "../src/reproduce/experiments/figure7-claims.ts";
import { claimsOf as likelihoodClaims } from "../src/reproduce/experiments/maximum-likelihood.ts";
import { claimsOf as table1Claims } from "../src/reproduce/experiments/table1.ts";
import { claimsOf as table2Claims } from "../src/reproduce/experiments/table2.ts";
import { all, claimsTable, less, listed, otLeast } from "../src/reproduce/findings.ts";
import type { Claim } from "../src/reproduce/findings.ts";
import { secondsTrained } from "../src/reproduce/training-table.ts";

const rows = [
  { id: "ddpm", label: "DDPM", value: 3 },
  { id: "fm-ot", label: "FM w/ OT", value: 2 },
  { id: "scoreflow", label: "ScoreFlow", value: 2.5 },
] as const;
const value = (row: { readonly value: number }): number => row.value;
const without = (id: string, value: number) => rows.map((row) => (row.id === id ? { ...row, value } : row));

describe("verdicts", () => {
  it("are undecided within a margin", () => {
    expect([less(1, 2, 0.5), less(1, 1.5, 0.5), less(1.5, 1, 0.5), less(2, 1, 0.5), less(1, NaN, 0), less(1, 2, NaN)]).toEqual([
      true, undefined, undefined, false, undefined, undefined,
    ]);
    expect([all([true, true]), all([true, undefined]), all([undefined, false]), all([])]).toEqual([true, undefined, false, undefined]);
  });

  it("hold for FM w/ OT only where it is below every other method, by more than the margin", () => {
    expect(otLeast(rows, value)).toBe(true);
    expect(otLeast(rows, value, () => 0.49)).toBe(true);
    expect(otLeast(rows, value, () => 0.5)).toBe(undefined);
    expect(otLeast(without("scoreflow", 2), value)).toBe(undefined);
    expect(otLeast(without("scoreflow", 1), value)).toBe(false);
    expect(otLeast(without("scoreflow", 1.9), value, () => 0.5)).toBe(undefined);
  });

  it("are not given where a value is missing", () => {
    expect(otLeast(without("ddpm", NaN), value)).toBe(undefined);
    expect(otLeast(without("fm-ot", NaN), value)).toBe(undefined);
    expect(otLeast(rows.filter(({ id }) => id !== "fm-ot"), value)).toBe(undefined);
  });

  it("stand in the table with their rule", () => {
    const claim = { claim: "a", source: "b", criterion: "c", evidence: "d" };
    const { columns, rows } = claimsTable([{ ...claim, holds: true }, { ...claim, holds: false }, { ...claim, holds: undefined }]);
    expect(columns).toEqual(["claim", "source", "holds if", "here", "numbers"]);
    expect(rows.map((row) => row[3])).toEqual(["holds", "does not hold", "undecided"]);
    expect(rows[0]?.[2]).toBe("c");
  });
});

it("lists values in words", () => {
  expect(listed(rows, value)).toBe("DDPM 3, FM w/ OT 2, ScoreFlow 2.5");
});

it("counts the time of training by its log", () => {
  expect(secondsTrained([{ step: 10, stepsPerSecond: 5 }, { step: 40, stepsPerSecond: 10 }])).toBe(5);
  expect(secondsTrained([])).toBe(0);
});

const verdicts = (claims: readonly Claim[]): readonly (boolean | undefined)[] => claims.map(({ holds }) => holds);
const methods = [["score-matching", "Score Matching"], ["fm-diffusion", "FM w/ Diffusion"], ["fm-ot", "FM w/ OT"]] as const;

describe("the claims of Figure 4", () => {
  // Of Score Matching, FM w/ Diffusion, FM w/ OT.
  const claims = (half: readonly number[], few: readonly number[], nll: readonly number[], nfe: readonly number[]) =>
    verdicts(
      figure4Claims(
        methods.map(([id, label], i) => ({
          id, label, nll: nll[i] ?? NaN, nllError: 0.01, nfe: nfe[i] ?? NaN, few: [few[i] ?? NaN, few[i] ?? NaN], full: 0, emergence: Array.from({ length: 10 }, () => half[i] ?? NaN),
        })),
        0.02,
      ),
    );

  it("hold, fail, and stay open within noise", () => {
    expect(claims([0.97, 0.98, 0.74], [0.16, 0.15, 0.09], [4.2, 4.1, 3.9], [89, 104, 71])).toEqual([true, true, true, true]);
    // Ahead by less than halves of the data are apart, two standard errors, a twentieth.
    expect(claims([0.78, 0.98, 0.74], [0.184, 0.179, 0.172], [4.2, 3.92, 3.9], [73, 104, 71])).toEqual([undefined, undefined, undefined, undefined]);
    expect(claims([0.5, 0.98, 0.74], [0.16, 0.05, 0.09], [4.2, 3.7, 3.9], [60, 104, 71])).toEqual([false, false, false, false]);
  });
});

/** Curves over training, one of each method. */
const over = (...values: readonly (readonly number[])[]) =>
  methods.map(([id, name], i) => ({ id, name, points: (values[i] ?? []).map((y, step) => ({ x: step, y })) }));

describe("the claims of Figure 5", () => {
  it("hold, fail, and stay open within a tenth", () => {
    expect(verdicts(figure5Claims(over([40, 20], [35, 15], [25, 10])))).toEqual([true, true]);
    expect(verdicts(figure5Claims(over([40, 20], [26, 10.5], [25, 10])))).toEqual([undefined, undefined]);
    expect(verdicts(figure5Claims(over([40, 20], [15, 5], [25, 10])))).toEqual([false, false]);
  });
});

describe("the claims of Figure 10", () => {
  it("need FM w/ OT to be the lowest everywhere, and flatter than the others", () => {
    expect(verdicts(figure10Claims(over([200, 900], [180, 400], [120, 130])))).toEqual([true, true]);
    // All are flat: that FM w/ OT is says nothing of it.
    expect(verdicts(figure10Claims(over([488, 608], [320, 410], [254, 314])))).toEqual([true, undefined]);
    expect(verdicts(figure10Claims(over([200, 900], [180, 400], [120, 440])))).toEqual([false, false]);
  });
});

describe("the claim of Figure 6", () => {
  const shares = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  const way = (id: string, left: (share: number) => number) => ({ id, label: id, left: shares.map(left) });
  const late = way("fm-diffusion", (t) => 1 - t ** 4);

  it("asks for a straight way, not only for an earlier one", () => {
    expect(claimOf([late, way("fm-ot", (t) => 1 - t ** 1.2)]).holds).toBe(true);
    expect(claimOf([late, way("fm-ot", (t) => 1 - t ** 1.8)]).holds).toBe(false);
    expect(claimOf([way("fm-diffusion", (t) => 1 - 0.95 * t), way("fm-ot", (t) => 1 - t)]).holds).toBe(undefined);
  });

  it("measures the distance that is left", () => {
    expect(leftOf([{ values: [3, 4] }, { values: [0, 2] }, { values: [0, 0] }])).toEqual([1, 0.4, 0]);
  });
});

describe("the claims of Figure 7", () => {
  const curve = (...points: readonly (readonly [number, number])[]) => points.map(([x, y]) => ({ x, y }));
  const halving = (factor: number) => curve(...[4, 8, 16, 32, 64].map((x) => [x, factor / x ** 2] as const));

  it("finds where a falling curve meets a value", () => {
    expect(evaluationsFor(curve([4, 16], [16, 1]), 4)).toBeCloseTo(8, 12);
    expect(evaluationsFor(curve([4, 16], [16, 1]), 1)).toBeCloseTo(16, 12);
    expect(evaluationsFor(curve([4, 16], [16, 1]), 17)).toBe(Infinity);
    expect(evaluationsFor(curve([4, 16], [16, 1]), 0.5)).toBe(Infinity);
  });

  it("compares errors that both curves pass, above the plateau", () => {
    // Errors fall as 1/NFE²: a factor of 4 between them is half the evaluations at every error.
    for (const share of sharesOf(halving(4), halving(1))) expect(share).toBeCloseTo(0.5, 12);
    expect(errorClaim(halving(4), halving(1)).holds).toBe(true);
    expect(errorClaim(halving(1), halving(1)).holds).toBe(false);
    expect(errorClaim(halving(1 / 0.75 ** 2), halving(1)).holds).toBe(undefined);
    expect(errorClaim(halving(4), []).holds).toBe(undefined);
    // What both come down to is no error of few evaluations.
    const flat = (factor: number) => halving(factor).map(({ x, y }) => ({ x, y: Math.max(y, 0.01) }));
    expect(sharesOf(flat(4), flat(1))).toEqual([0.5]);
  });

  it("compares quality at few evaluations", () => {
    const panels = (ot: number, diffusion: number) =>
      methods.map(([id, title]) => ({
        id, title,
        curves: ["euler", "midpoint"].map((name) => ({ name, points: curve([4, id === "fm-ot" ? ot : diffusion], [12, id === "fm-ot" ? ot : diffusion], [100, 1]) })),
      }));
    expect(qualityClaim(panels(10, 20))).toMatchObject({ holds: true, evidence: expect.stringMatching(/^less in 8 of 8 comparisons, greater in 0/) as string });
    expect(qualityClaim(panels(10, 10.5)).holds).toBe(undefined);
    expect(qualityClaim(panels(20, 10)).holds).toBe(false);
  });
});

describe("the claims about maximum likelihood", () => {
  const claims = (stepMs: number, nll: number, first: number, last: number) =>
    verdicts(
      likelihoodClaims([
        { id: "fm-ot", name: "FM w/ OT", steps: 9, stepMs: 1, nll: 3.8, standardError: 0.02, points: [{ x: 0.1, y: 60 }, { x: 1, y: 66 }] },
        { id: "likelihood", name: "maximum likelihood", steps: 9, stepMs, nll, standardError: 0.02, points: [{ x: 0.1, y: first }, { x: 1, y: last }] },
      ]),
    );

  it("are about cost, quality at equal time, and growth of evaluations", () => {
    expect(claims(65, 4.1, 40, 80)).toEqual([true, true, true]);
    // Evaluations grow by a tenth under both.
    expect(claims(10, 3.83, 60, 66)).toEqual([undefined, undefined, undefined]);
    expect(claims(5, 3.5, 60, 50)).toEqual([false, false, false]);
  });
});

describe("the claims of the tables", () => {
  it("hold for Table 1 beyond errors", () => {
    const claims = (bits: readonly number[], frechet: readonly number[], kernel: readonly (number | undefined)[], nfe: readonly number[]) =>
      verdicts(
        table1Claims(
          methods.map(([id, label], i) => ({
            id, label,
            likelihood: { bits: [9, bits[i] ?? NaN], errors: [1, 0.03], spread: 0, nfe: 0, images: 2 },
            quality: { frechet: frechet[i] ?? NaN, kernel: kernel[i], kernelError: kernel[i] === undefined ? undefined : 0.01, nfe: nfe[i] ?? NaN, samples: 2 },
          })),
        ),
      );
    expect(claims([3.2, 2.5, 2.2], [16, 12, 8], [0.5, 0.4, 0.3], [400, 310, 290])).toEqual([true, true, true]);
    expect(claims([3.2, 2.25, 2.2], [16, 12, 8], [0.5, 0.31, 0.3], [400, 300, 290])).toEqual([undefined, undefined, undefined]);
    expect(claims([3.2, 2, 2.2], [16, 7, 8], [0.5, 0.4, 0.3], [400, 250, 290])).toEqual([false, false, false]);
    expect(claims([3.2, 2.5, 2.2], [16, 12, 8], [undefined, undefined, undefined], [400, 310, 290])[1]).toBe(undefined);
  });

  it("hold for Table 2 beyond errors", () => {
    const of = (frechet: number, kernel: number, inceptionScore: number, psnr: number, ssim: number) =>
      ({ frechet, kernel, kernelError: 0.01, inceptionScore, inceptionError: 0.05, psnr, psnrError: 0.1, ssim, ssimError: 0.002 });
    const claims = (flow: ReturnType<typeof of>, regression: ReturnType<typeof of>) => verdicts(table2Claims({ regression, flow }));
    expect(claims(of(8, 0.1, 9.2, 20, 0.86), of(16, 0.2, 8.9, 23, 0.92))).toEqual([true, true]);
    expect(claims(of(16, 0.1, 8.9, 23, 0.92), of(17, 0.11, 8.94, 23.1, 0.921))).toEqual([undefined, undefined]);
    expect(claims(of(20, 0.3, 8.5, 24, 0.95), of(16, 0.2, 8.9, 23, 0.92))).toEqual([false, false]);
    expect(verdicts(table2Claims({ regression: undefined, flow: of(1, 0, 9, 9, 0.9) }))).toEqual([undefined, undefined]);
  });
});
