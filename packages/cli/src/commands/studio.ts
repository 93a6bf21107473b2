import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { openRun } from "@fluxion/node";
import type { Served } from "../serve-folder.ts";
import { serveFolders } from "../serve-folder.ts";
import { partsOf } from "../task.ts";

/** What the page reads of a run. */
const runFiles = ["options.json", "weights.safetensors"];

/**
 * Serves the studio, and a run beside it, until the process ends.
 *
 * @throws Error if there is no such run, it has no weights yet, or the port is taken
 */
export async function studio(run: string | undefined, { port }: { readonly port: number }): Promise<Served> {
  const shown = run === undefined ? {} : { run: { directory: checkedRun(run), only: runFiles } };
  const served = await serveFolders({ "": { directory: pageDirectory() }, ...shown }, port);
  const query = run === undefined ? "" : `?run=${encodeURIComponent(basename(resolve(run)))}`;
  process.stdout.write(`Fluxion Studio: ${served.address}${query}\nCtrl-C stops it.\n`);
  return served;
}

/** Where the built page is. */
function pageDirectory(): string {
  const directory = join(dirname(createRequire(import.meta.url).resolve("@fluxion/studio/package.json")), "dist");
  if (existsSync(join(directory, "index.html"))) return directory;
  throw new Error('studio: expected the built page, got none; build it with "npm run build"');
}

function checkedRun(directory: string): string {
  const run = openRun(directory);
  run.loadWeights(partsOf(run.record).model);
  return resolve(directory);
}
