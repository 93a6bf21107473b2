/** @file How cost grows, as figures: SVG and PNG. */
import { join } from "node:path";
import { curvesFigure, svgToPng, writeAtomic } from "@fluxion/node";
import type { Growth } from "../case.ts";
import type { Report } from "../report.ts";
import { titleOf } from "../run.ts";

const sideTitle = (name: string): string => (name === "fluxion" ? "Fluxion" : titleOf(name));

/** Draws every `growth-NAME` as performance-NAME.svg and .png, and returns the files. */
export async function drawGrowth({ results, machine }: Report, folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const { name, what, growth } of results) {
    if (!growth) continue;
    const svg = await figure(what, `${machine.cpu}, one thread; bars are half the distance of the quartiles`, growth);
    const base = join(folder, name.replace(/^growth-/, "performance-"));
    writeAtomic(`${base}.svg`, svg);
    writeAtomic(`${base}.png`, await svgToPng(svg));
    files.push(`${base}.svg`, `${base}.png`);
  }
  return files;
}

function figure(what: string, subtitle: string, { x, y, curves }: Growth): Promise<string> {
  const lines = Object.entries(curves).map(([side, points]) => ({
    name: sideTitle(side),
    points: points.map((point) => ({ x: point.x, y: point.y.median, error: (point.y.quartiles[1] - point.y.quartiles[0]) / 2 })),
  }));
  return curvesFigure({
    title: what.charAt(0).toUpperCase() + what.slice(1),
    subtitle,
    x: { title: x, logarithmic: true },
    y: { title: y, logarithmic: true },
    panels: [{ curves: lines }],
  });
}
