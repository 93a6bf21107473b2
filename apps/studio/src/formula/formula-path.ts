import type { AffinePath } from "fluxion";
import { affinePath } from "fluxion";
import { parseFormula } from "./expression.ts";
import { formulaTensor } from "./to-graph.ts";

/** Where a path of one's own is looked at beside its ends. */
const inside = Array.from({ length: 15 }, (_, i) => (i + 1) / 16);

/**
 * The path of two formulas, x_t = α(t) x1 + σ(t) x0.
 *
 * @throws RangeError for formulas that are none, and for what is no path from noise to data
 */
export function formulaPath(alphaText: string, sigmaText: string): AffinePath {
  const alpha = parsed("α(t)", alphaText);
  const sigma = parsed("σ(t)", sigmaText);
  const path = affinePath({
    kind: "formula",
    config: { alpha: alphaText, sigma: sigmaText },
    alpha: (t) => formulaTensor(alpha, t),
    sigma: (t) => formulaTensor(sigma, t),
  });
  let before = path.snr(0);
  for (const t of inside) {
    const at = path.at(t);
    const bad = Object.entries(at).find(([, value]) => !Number.isFinite(value));
    if (bad) throw new RangeError(`path: expected a finite ${bad[0]} everywhere, got ${bad[1]} at t = ${t}; change the formula`);
    if (!(at.sigma > 0)) throw new RangeError(`σ(t): expected noise above 0 before t = 1, got ${at.sigma} at t = ${t}; change the formula`);
    const snr = path.snr(t);
    if (snr < before) {
      throw new RangeError(`path: expected α/σ to grow with t, got a fall before t = ${t}; t = 0 is noise, t = 1 is data`);
    }
    before = snr;
  }
  return path;
}

function parsed(what: string, text: string): ReturnType<typeof parseFormula> {
  try {
    return parseFormula(text);
  } catch (error) {
    throw new RangeError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
