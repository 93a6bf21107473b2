import type { TopLevelSpec } from "vega-lite";
import { chartConfig } from "./theme.ts";

/** Draws a Vega-Lite chart as SVG, without a browser. */
export async function renderChart(spec: TopLevelSpec): Promise<string> {
  // Loaded at first use: the two take half a second, and most commands draw nothing.
  const [{ parse, View, Warn }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new View(parse(compile(spec, { config: chartConfig }).spec), { renderer: "none", logLevel: Warn });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
