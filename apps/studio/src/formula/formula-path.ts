import type { AffinePath } from "fluxion";
import { affinePath } from "fluxion";
import { parseFormula } from "./expression.ts";
import { formulaTensor } from "./to-graph.ts";

/**
 * The path of two formulas, x_t = α(t) x1 + σ(t) x0.
 *
 * @throws RangeError for formulas that are none, and for what is no path from noise to data
 */
export function formulaPath(alphaText: string, sigmaText: string): AffinePath {
  const alpha = parsed("α(t)", alphaText);
  const sigma = parsed("σ(t)", sigmaText);
  return affinePath({
    kind: "formula",
    config: { alpha: alphaText, sigma: sigmaText },
    alpha: (t) => formulaTensor(alpha, t),
    sigma: (t) => formulaTensor(sigma, t),
  });
}

function parsed(what: string, text: string): ReturnType<typeof parseFormula> {
  try {
    return parseFormula(text);
  } catch (error) {
    throw new RangeError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
