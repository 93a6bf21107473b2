import { renderChart } from "./chart.ts";
import { panelTitle, series } from "./theme.ts";

/** What `pathLinesFigure` shows. */
export interface PathLinesFigureOptions {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Side by side, at one scale; each line is a list of places in the plane. */
  readonly panels: readonly { readonly title: string; readonly lines: readonly (readonly (readonly [number, number])[])[] }[];
}

/** Lines in the plane as SVG, with a dot where each begins. */
export async function pathLinesFigure({ title, subtitle = "", panels }: PathLinesFigureOptions): Promise<string> {
  const places = panels.flatMap(({ lines }) => lines.flat());
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
  return renderChart({
    title: { text: title, subtitle },
    spacing: 24,
    hconcat: panels.map((panel, i) => {
      const values = panel.lines.flatMap((line, name) => line.map(([x, y], order) => ({ x, y, name, order })));
      const colour = { field: "name", type: "nominal" as const, scale: { range: [...series] }, legend: null };
      return {
        title: panelTitle(panel.title),
        width: 340,
        height: 340,
        data: { values },
        encoding: { x: axis("x", true), y: axis("y", i === 0), color: colour },
        layer: [
          { mark: { type: "line" as const, strokeWidth: 1.75 }, encoding: { order: { field: "order", type: "quantitative" as const } } },
          { transform: [{ filter: "datum.order === 0" }], mark: { type: "point" as const, filled: true, size: 40, opacity: 1 } },
        ],
      };
    }),
  });
}
