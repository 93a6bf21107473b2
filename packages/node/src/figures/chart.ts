import type { TopLevelSpec } from "vega-lite";
import { textWidth } from "./text-width.ts";
import { chartConfig } from "./theme.ts";

/** Draws a Vega-Lite chart as SVG, without a browser. */
export async function renderChart(spec: TopLevelSpec): Promise<string> {
  // Loaded at first use: the two take half a second, and most commands draw nothing.
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const { parse, View, Warn } = vega;
  measureText(vega);
  const view = new View(parse(compile(spec, { config: chartConfig }).spec), { renderer: "none", logLevel: Warn });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Puts our widths of text in the place of Vega's; its types do not name what it provides for that. */
function measureText(vega: object): void {
  const { textMetrics } = vega as { textMetrics: { width: (item: { fontSize?: number }, text: string) => number } };
  textMetrics.width = ({ fontSize = 11 }, text) => textWidth(text, fontSize);
}
