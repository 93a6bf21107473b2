import { renderChart } from "./chart.ts";
import { colourMap } from "./colour-map.ts";
import { picturePanel } from "./panel.ts";
import type { Frame, Interval } from "./points.ts";
import { panelTitle } from "./theme.ts";

/** A vector field on a grid of the plane. */
export interface FieldPanel {
  readonly title: string;
  /** Vectors `[size, size, 2]` at the centres of the cells; the first coordinate changes fastest. */
  readonly vectors: ArrayLike<number>;
}

/** What `fieldFigure` shows. */
export interface FieldFigureOptions {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly frame: Frame;
  /** Cells along each axis. */
  readonly size: number;
  readonly rows: readonly { readonly name: string; readonly panels: readonly FieldPanel[] }[];
}

/** Arrows along each axis of a panel. */
const arrows = 11;

/** The centres of the cells of a square grid `[size, size, 2]`, the first coordinate changing fastest. */
export function fieldGrid({ x, y }: Frame, size: number): Float32Array {
  const at = ([low, high]: Interval, i: number): number => low + ((i + 0.5) / size) * (high - low);
  return Float32Array.from({ length: 2 * size * size }, (_, i) => {
    const cell = Math.floor(i / 2);
    return i % 2 === 0 ? at(x, cell % size) : at(y, Math.floor(cell / size));
  });
}

/**
 * Vector fields in the plane as SVG: the colour is the length, each panel to its own scale; arrows give the direction.
 *
 * @throws RangeError if a panel has not one vector to a cell
 */
export async function fieldFigure({ title, subtitle = "", frame, size, rows }: FieldFigureOptions): Promise<string> {
  const side = Math.min(220, Math.floor(960 / Math.max(...rows.map(({ panels }) => panels.length))));
  const concat = await Promise.all(
    rows.flatMap(({ name, panels }, row) =>
      panels.map(async (panel, i) => {
        const lengths = lengthsOf(panel, size);
        const { width, height, title: heading, ...picture } = picturePanel({
          picture: await colourMap(lengths, size, Math.max(...lengths) || 1),
          frame,
          side,
          title: panelTitle(panel.title),
          axes: { x: row === rows.length - 1 ? "x₁" : undefined, y: i === 0 ? name : undefined },
          grid: false,
        });
        return { width, height, title: heading ?? "", layer: [picture, arrowLayer(panel, frame, size)] };
      }),
    ),
  );
  const columns = Math.max(...rows.map(({ panels }) => panels.length));
  return renderChart({ title: { text: title, subtitle }, columns, concat, align: "all", bounds: "flush", spacing: { row: 40, column: 14 } });
}

function lengthsOf({ title, vectors }: FieldPanel, size: number): Float64Array {
  if (vectors.length !== 2 * size * size) {
    throw new RangeError(`fieldFigure: expected ${String(size * size)} vectors in "${title}", got ${String(vectors.length)} values`);
  }
  return Float64Array.from({ length: size * size }, (_, i) => Math.hypot(vectors[2 * i] ?? NaN, vectors[2 * i + 1] ?? NaN));
}

function arrowLayer({ vectors }: FieldPanel, frame: Frame, size: number) {
  const grid = fieldGrid(frame, size);
  const places = Array.from({ length: arrows }, (_, i) => Math.floor(((i + 0.5) * size) / arrows));
  const values = places.flatMap((row) =>
    places.map((column) => {
      const i = 2 * (row * size + column);
      // Vega turns clockwise from the top.
      const angle = (Math.atan2(vectors[i] ?? 0, vectors[i + 1] ?? 0) * 180) / Math.PI;
      return { x: grid[i] ?? 0, y: grid[i + 1] ?? 0, angle };
    }),
  );
  const axis = (field: "x" | "y") => ({ field, type: "quantitative" as const });
  return {
    data: { values },
    mark: { type: "point" as const, shape: "arrow", filled: true, size: 70, color: "#ffffff", opacity: 0.9, stroke: null },
    encoding: { x: axis("x"), y: axis("y"), angle: { field: "angle", type: "quantitative" as const, scale: null } },
  };
}
