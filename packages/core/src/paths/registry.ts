import { cosinePath } from "./cosine.ts";
import { linearVpPath } from "./linear-vp.ts";
import { otPath } from "./ot.ts";
import type { AffinePath } from "./path.ts";
import { polynomialPath } from "./polynomial.ts";
import { vePath } from "./ve.ts";
import { vpPath } from "./vp.ts";

type Config = Readonly<Record<string, unknown>>;

// A configuration comes from a file: each maker checks every option itself.
const kind = <O>(make: (options: O) => AffinePath, ...options: readonly (keyof NonNullable<O> & string)[]): PathKind => ({
  make: (config) => make(config as O),
  options,
});

interface PathKind {
  readonly make: (options: Config) => AffinePath;
  readonly options: readonly string[];
}

/** The paths by kind, with their options: a new one is a file beside this and a line here. */
const paths = {
  ot: kind(otPath, "sigmaMin"),
  vp: kind(vpPath, "betaMin", "betaMax", "epsilon"),
  ve: kind(vePath, "sigmaMin", "sigmaMax"),
  cosine: kind(cosinePath),
  polynomial: kind(polynomialPath, "n"),
  "linear-vp": kind(linearVpPath, "epsilon"),
};

/** The name of a path. */
export type PathName = keyof typeof paths;

/** The options of every path by its name. */
export const pathOptions = Object.fromEntries(Object.entries(paths).map(([name, { options }]) => [name, options])) as Readonly<
  Record<PathName, readonly string[]>
>;

/**
 * Builds the path that a configuration describes: for a path of `pathOptions`, `pathFromConfig(path.config)` is the same path, on
 * its whole interval.
 *
 * @param config - `kind` and the options of that kind
 * @throws RangeError for a kind that is none of ours, an unknown option or a value out of range
 */
export function pathFromConfig(config: Config): AffinePath {
  const { kind: name, ...options } = config;
  const made = typeof name === "string" && Object.hasOwn(paths, name) ? paths[name as PathName] : undefined;
  if (made === undefined) {
    throw new RangeError(`pathFromConfig: expected kind to be one of ${Object.keys(paths).join(", ")}, got ${JSON.stringify(name)}`);
  }
  return made.make(options);
}
