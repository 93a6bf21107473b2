/** @file `npm run bench`: installs and builds what is missing, then measures what was built; see bench/README.md. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, install, root, run } from "./workspace.mjs";

install();
if (build() !== 0) process.exit(1);

// The benchmark is TypeScript, what it measures are the compiled packages: no fluxion-source condition.
const tsx = join(root, "node_modules", "tsx", "dist", "loader.mjs");
const flags = ["--expose-gc", "--import", pathToFileURL(tsx).href];
process.exitCode = run(process.execPath, [...flags, join(root, "bench", "main.ts"), ...process.argv.slice(2)]);
