import { renderChart } from "./chart.ts";
import { colours, panelTitle } from "./theme.ts";

type Place = readonly [number, number];

/** What `pathLinesFigure` shows. */
export interface PathLinesFigureOptions {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Side by side, at one scale; each line is a list of places in the plane. */
  readonly panels: readonly { readonly title: string; readonly lines: readonly (readonly Place[])[] }[];
  /** The data that lines lead to, marked in every panel. */
  readonly targets?: readonly Place[] | undefined;
}

/** Lines in the plane as SVG, with a dot where each begins. All are alike: more than a few colours tell nobody more than their places do. */
export async function pathLinesFigure({ title, subtitle = "", panels, targets = [] }: PathLinesFigureOptions): Promise<string> {
  const places = [...panels.flatMap(({ lines }) => lines.flat()), ...targets];
  const extent = (axis: 0 | 1): [number, number] => {
    const values = places.map((place) => place[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [low - 0.06 * (high - low), high + 0.06 * (high - low)];
  };
  const axis = (field: "x" | "y", named: boolean) => ({
    field,
    type: "quantitative" as const,
    title: named ? (field === "x" ? "x₁" : "x₂") : null,
    scale: { domain: extent(field === "x" ? 0 : 1), nice: false, zero: false },
    axis: { tickCount: 5 },
  });
  const [noise] = colours.journey;
  return renderChart({
    title: { text: title, subtitle },
    spacing: 24,
    hconcat: panels.map((panel, i) => {
      const values = panel.lines.flatMap((line, name) => line.map(([x, y], order) => ({ x, y, name, order })));
      return {
        title: panelTitle(panel.title),
        width: 340,
        height: 340,
        data: { values },
        encoding: { x: axis("x", true), y: axis("y", i === 0) },
        layer: [
          {
            mark: { type: "line" as const, strokeWidth: 1.75, color: colours.model, opacity: 0.75 },
            encoding: { order: { field: "order", type: "quantitative" as const }, detail: { field: "name", type: "nominal" as const } },
          },
          { transform: [{ filter: "datum.order === 0" }], mark: { type: "point" as const, filled: true, size: 40, opacity: 1, color: noise } },
          {
            data: { values: targets.map(([x, y]) => ({ x, y })) },
            mark: { type: "point" as const, shape: "diamond", filled: true, size: 110, opacity: 1, color: colours.data, stroke: colours.background, strokeWidth: 1 },
          },
        ],
      };
    }),
  });
}
