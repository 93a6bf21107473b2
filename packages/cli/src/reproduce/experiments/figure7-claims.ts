/** @file What Figure 7's curves say of the paper's claims. */
import { all, frechetShare, less } from "../findings.ts";
import type { Claim } from "../findings.ts";

/** A curve over evaluations. */
export interface NfeCurve {
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Shares of the diffusion path's evaluations: up to here the claim holds, above the other it does not. */
const [about, notAbout] = [0.7, 0.8];

/** Errors below so many times the plateau are of what no solver can remove. */
const abovePlateau = 2;

/** Evaluations that the paper calls very few. */
const fewest = 12;

/** Where a falling curve meets a value, interpolated between logarithms; infinite where it only starts below or ends above it. */
export function evaluationsFor(points: NfeCurve["points"], value: number): number {
  for (const [i, b] of points.entries()) {
    const a = points[i - 1];
    if (!a || a.y < value || b.y > value) continue;
    const share = Math.log(a.y / value) / Math.log(a.y / b.y);
    return a.x * (b.x / a.x) ** share;
  }
  return Infinity;
}

/**
 * Evaluations of OT at each error of the diffusion path, as shares of the latter's: at every error above the plateau, where
 * both curves have stopped to fall, that OT's curve passes.
 */
export function sharesOf(diffusion: NfeCurve["points"], ot: NfeCurve["points"]): readonly number[] {
  const least = (points: NfeCurve["points"]): number => Math.min(...points.map(({ y }) => y));
  const floor = abovePlateau * Math.max(least(diffusion), least(ot));
  return diffusion
    .filter(({ y }) => y > floor)
    .map(({ x, y }) => evaluationsFor(ot, y) / x)
    .filter((share) => Number.isFinite(share));
}

/** OT reaches the diffusion path's error with about 60% of its evaluations. */
export function errorClaim(diffusion: NfeCurve["points"], ot: NfeCurve["points"]): Claim {
  const shares = sharesOf(diffusion, ot);
  const mean = Math.exp(shares.reduce((total, share) => total + Math.log(share), 0) / shares.length);
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;
  return {
    claim: "OT reaches the diffusion path's error with about 60% of its evaluations",
    source: "§6.2, Figure 7 left",
    criterion: `the geometric mean over the errors of FM w/ Diffusion that FM w/ OT passes, those within ${String(abovePlateau)} times of the plateau left out, is at most ${percent(about)}; it does not hold above ${percent(notAbout)}, and fewer than two errors decide nothing`,
    holds: shares.length < 2 || (mean > about && mean <= notAbout) ? undefined : mean <= about,
    evidence: shares.length === 0 ? "no error that both pass above the plateau" : `${percent(mean)}; each: ${shares.map(percent).join(", ")}`,
  };
}

/** A method's Fréchet distances, a curve for each solver. */
export interface QualityPanel {
  readonly id: string;
  readonly title: string;
  readonly curves: readonly (NfeCurve & { readonly name: string })[];
}

/** FM w/ OT is good at very few evaluations. */
export function qualityClaim(panels: readonly QualityPanel[]): Claim {
  const ot = panels.find(({ id }) => id === "fm-ot");
  const others = panels.filter(({ id }) => id !== "fm-ot");
  const valueOf = ({ curves }: QualityPanel, solver: string, nfe: number): number =>
    curves.find(({ name }) => name === solver)?.points.find(({ x }) => x === nfe)?.y ?? NaN;
  const cells = (ot?.curves ?? []).flatMap(({ name, points }) => points.filter(({ x }) => x <= fewest).map(({ x, y }) => ({ name, x, y })));
  const verdicts = cells.flatMap(({ name, x, y }) => others.map((other) => less(y, valueOf(other, name, x), frechetShare * y)));
  const [won, lost] = [true, false].map((wanted) => verdicts.filter((holds) => holds === wanted).length);
  return {
    claim: "FM w/ OT has good samples even at very few evaluations",
    source: "§6.2, Figure 7 right",
    criterion: `by every solver, at each NFE up to ${String(fewest)}, its Fréchet distance is less than those of the other methods by more than a tenth`,
    holds: all(verdicts),
    evidence: `less in ${String(won)} of ${String(verdicts.length)} comparisons, greater in ${String(lost)}, the rest within a tenth; midpoint at NFE ${String(fewest)}: ${panels.map((panel) => `${panel.title} ${valueOf(panel, "midpoint", fewest).toFixed(1)}`).join(", ")}`,
  };
}
