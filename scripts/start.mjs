/** @file `npm start`: installs and builds what is missing, then trains; further arguments go to `fluxion train`. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, install, root } from "./workspace.mjs";

const defaults = ["train", "checkerboard"];

install();
if (build() !== 0) process.exit(1);

const main = join(root, "packages", "cli", "dist", "main.js");
const child = spawn(process.execPath, [main, ...defaults, ...process.argv.slice(2)], { stdio: "inherit" });
// The command itself decides what an interrupt means: it finishes its chunk, saves, and says how to go on.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signal === "SIGTERM" && child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
