/** @file `npm run studio`: installs and builds what is missing, then serves the playground; arguments go to `fluxion studio`. */
import { join } from "node:path";
import { build, install, root, run } from "./workspace.mjs";

install();
if (build() !== 0) process.exit(1);
process.exitCode = run(process.execPath, [join(root, "packages", "cli", "dist", "main.js"), "studio", ...process.argv.slice(2)]);
