#!/usr/bin/env node
// Stands here before the first build, so that `npm install` links the command into a fresh clone.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write("fluxion: expected a built package, got none; run: npm run build\n");
  process.exitCode = 1;
}
