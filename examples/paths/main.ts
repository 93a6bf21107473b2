/** @file Draws the figures of docs/paths.md and prints its table, into the directory given (default runs/paths). */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { svgToPng } from "@fluxion/node";
import { schedulesFigure, snrFigure } from "./schedules.ts";
import { evaluationsTable } from "./schedule-change.ts";
import { trajectoriesFigure } from "./trajectories.ts";

const directory = process.argv[2] ?? join("runs", "paths");
mkdirSync(directory, { recursive: true });

const figures = { "path-schedules": schedulesFigure(), "path-snr": snrFigure(), "path-trajectories": trajectoriesFigure() };
for (const [name, svg] of Object.entries(figures)) {
  const file = join(directory, `${name}.png`);
  writeFileSync(file, await svgToPng(await svg));
  console.log(file);
}
console.log(await evaluationsTable());
