import { otPath } from "./ot.ts";
import type { Path } from "./path.ts";
import { polynomialPath } from "./polynomial.ts";
import type { PolynomialPathOptions } from "./polynomial.ts";

type Config = Readonly<Record<string, unknown>>;

/** The paths by kind: a new one is a file beside this and a line here. */
const paths: Readonly<Record<string, (config: Config) => Path>> = {
  ot: (config) => otPath(config),
  polynomial: (config) => polynomialPath(config as unknown as PolynomialPathOptions),
};

/**
 * Rebuilds a path from its `config`.
 *
 * @throws RangeError for a kind that is none of ours
 */
export function pathFromConfig(config: Config): Path {
  const { kind, ...options } = config;
  const make = paths[String(kind)];
  if (!make) {
    throw new RangeError(`pathFromConfig: expected kind ${Object.keys(paths).join(" or ")}, got ${String(kind)}`);
  }
  return make(options);
}
