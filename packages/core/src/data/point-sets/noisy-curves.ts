/** @file Point sets that are curves with Gaussian noise. */
import { integers } from "../../random/integers.ts";
import { normal } from "../../random/normal.ts";
import { uniform } from "../../random/uniform.ts";
import { atPoints, pointsFrom } from "./plane.ts";
import type { Vec2 } from "./plane.ts";
import type { PointSet } from "./point-set.ts";

interface NoisyCurves {
  readonly name: string;
  /** The curves, chosen with equal probability, over s in [0, 1]. */
  readonly curves: readonly ((s: number) => Vec2)[];
  /** How s is distributed: uniform, or as the square root of a uniform number (density 2s). Default uniform. */
  readonly parameter?: "uniform" | "sqrt" | undefined;
  /** Standard deviation of the noise. */
  readonly noise: number;
  readonly entropy: number;
}

/** Panels a curve is cut into for the quadrature, each about one noise std long on the longest curves here. */
const PANELS = 256;

/** Gauss–Legendre nodes and weights on [0, 1] of order 10. */
const GAUSS: readonly Vec2[] = [
  [0.5, 64 / 225],
  ...[-1, 1].flatMap((sign): readonly Vec2[] => [
    [0.5 + (sign * Math.sqrt(5 - 2 * Math.sqrt(10 / 7))) / 6, (322 + 13 * Math.sqrt(70)) / 1800],
    [0.5 + (sign * Math.sqrt(5 + 2 * Math.sqrt(10 / 7))) / 6, (322 - 13 * Math.sqrt(70)) / 1800],
  ]),
];

/** The set of points c(s) + noise·n. Its density ∫ N(x; c(s), noise²) p(s) ds is a quadrature good to about ten digits. */
export function noisyCurves(options: NoisyCurves): PointSet {
  const { name, curves, noise, entropy } = options;
  const bySqrt = options.parameter === "sqrt";
  let nodes: Float64Array | undefined;
  return {
    name,
    dimension: 2,
    sample: (key, count) => {
      const which = integers(key.child("component"), count, curves.length);
      const along = uniform(key.child("along"), count);
      const jitter = normal(key.child("noise"), 2 * count);
      return pointsFrom(count, (i) => {
        const u = along[i] ?? 0;
        const [x, y] = curves[which[i] ?? 0]?.(bySqrt ? Math.sqrt(u) : u) ?? [NaN, NaN];
        return [x + noise * (jitter[2 * i] ?? 0), y + noise * (jitter[2 * i + 1] ?? 0)];
      });
    },
    logDensity: (points) => {
      const table = (nodes ??= quadrature(curves, bySqrt));
      const constant = Math.log(2 * Math.PI * noise ** 2);
      return atPoints(points, (x, y) => logMixture(table, x, y, 2 * noise ** 2) - constant);
    },
    entropy,
  };
}

/** Nodes as rows (x, y, weight), the weights summing to 1. */
function quadrature(curves: NoisyCurves["curves"], bySqrt: boolean): Float64Array {
  const rows: number[] = [];
  for (const curve of curves) {
    for (let panel = 0; panel < PANELS; panel++) {
      for (const [node, weight] of GAUSS) {
        const s = (panel + node) / PANELS;
        rows.push(...curve(s), ((bySqrt ? 2 * s : 1) * weight) / (PANELS * curves.length));
      }
    }
  }
  return Float64Array.from(rows);
}

/** log Σ weight · exp(−distance²/twoVariance). */
function logMixture(nodes: Float64Array, x: number, y: number, twoVariance: number): number {
  const square = (i: number): number => (x - (nodes[i] ?? 0)) ** 2 + (y - (nodes[i + 1] ?? 0)) ** 2;
  let nearest = Infinity;
  for (let i = 0; i < nodes.length; i += 3) nearest = Math.min(nearest, square(i));
  let sum = 0;
  for (let i = 0; i < nodes.length; i += 3) {
    const excess = (square(i) - nearest) / twoVariance;
    // Terms below e⁻⁵⁰ of the largest cannot show in a double.
    if (excess < 50) sum += (nodes[i + 2] ?? 0) * Math.exp(-excess);
  }
  return Math.log(sum) - nearest / twoVariance;
}
