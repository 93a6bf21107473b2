/** @file The one look of all figures: fonts, colours, sizes. */
import type { Config } from "vega-lite";

/** Inter where the viewer has it (PNGs always do), the system's own face elsewhere. */
export const fontFamily = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** What each colour stands for. */
export const colours = {
  background: "#ffffff",
  ink: "#1a2230",
  muted: "#5d6878",
  faint: "#e9ecf1",
  frame: "#c9d0da",
  model: "#3a45d1",
  data: "#0c8a7b",
  /** From noise (t = 0) to data (t = 1). */
  journey: ["#e8743b", "#d9487d", "#8b45cb", "#3a45d1"],
} as const;

/** Colours of lines in one chart, told apart by readers with any colour vision (after Okabe and Ito). */
export const series: readonly string[] = ["#3a45d1", "#d55e00", "#0c8a7b", "#cc79a7", "#b58900", "#56b4e9", "#5d6878"];

/** Colour map of densities: even steps look even, and it survives grey printing. */
export const densityScheme = "viridis";

/** Vega-Lite's configuration of every chart. */
export const chartConfig: Config = {
  background: colours.background,
  font: fontFamily,
  padding: 16,
  view: { stroke: colours.frame, strokeWidth: 1 },
  title: {
    anchor: "start",
    frame: "group",
    color: colours.ink,
    fontSize: 16,
    fontWeight: 600,
    subtitleColor: colours.muted,
    subtitleFontSize: 12,
    subtitlePadding: 6,
    offset: 14,
  },
  axis: {
    domain: false,
    grid: true,
    gridColor: colours.faint,
    tickColor: colours.frame,
    tickSize: 4,
    labelColor: colours.muted,
    labelFontSize: 11,
    labelPadding: 4,
    titleColor: colours.muted,
    titleFontSize: 12,
    titleFontWeight: 500,
    titlePadding: 8,
  },
  legend: {
    labelColor: colours.muted,
    labelFontSize: 11,
    titleColor: colours.muted,
    titleFontSize: 12,
    titleFontWeight: 500,
    symbolStrokeWidth: 2.5,
  },
};

/** Title of one panel among several. */
export function panelTitle(text: string, subtitle = ""): {
  readonly text: string;
  readonly subtitle: string;
  readonly fontSize: number;
  readonly offset: number;
} {
  return { text, subtitle, fontSize: 13, offset: 8 };
}
