import type { AffinePath } from "fluxion";
import { pathFromConfig } from "fluxion";
import { formulaPath } from "../formula/formula-path.ts";

/** A path as plain JSON: one of the library's, or two formulas. */
export interface PathConfig {
  readonly kind: string;
  readonly [option: string]: string | number;
}

/**
 * The path of a configuration.
 *
 * @throws RangeError for what is none
 */
export function pathOf(config: PathConfig): AffinePath {
  if (config.kind !== "formula") return pathFromConfig(config);
  const { alpha = "", sigma = "", ...rest } = config;
  const stray = Object.keys(rest).filter((name) => name !== "kind");
  if (stray.length > 0) throw new RangeError(`path: expected alpha and sigma of a formula, got ${stray.join(", ")}; leave them out`);
  return formulaPath(String(alpha), String(sigma));
}
