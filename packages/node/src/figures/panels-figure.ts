import { renderChart } from "./chart.ts";
import { picturePanel } from "./panel.ts";
import { pointRaster } from "./point-raster.ts";
import { cloudLengths, frameOf } from "./points.ts";
import type { Frame, PointCloud } from "./points.ts";
import { colours, panelTitle } from "./theme.ts";

/** What `panelsFigure` shows: a table of point clouds. */
export interface PanelsFigureOptions {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    /** One to a column. */
    readonly clouds: readonly PointCloud[];
    /** `#rrggbb`; default the colour of the model. */
    readonly colour?: string | undefined;
  }[];
  /** The part of the plane that all panels show. Default: what holds the last column. */
  readonly frame?: Frame | undefined;
}

/**
 * Clouds of points in the plane as SVG: a row for each name, a column for each title, all at one scale.
 *
 * @throws RangeError if a row has not one cloud to a column, or points are not of two dimensions
 */
export async function panelsFigure({ title, subtitle = "", columns, rows, frame }: PanelsFigureOptions): Promise<string> {
  for (const { name, clouds } of rows) {
    const plane = clouds.every((cloud) => cloudLengths("panelsFigure", cloud).dimension === 2);
    if (clouds.length === columns.length && plane) continue;
    throw new RangeError(
      `panelsFigure: expected ${String(columns.length)} clouds [n, 2] in the row "${name}", one to a column, got ${clouds.map(({ shape }) => `[${shape.join(", ")}]`).join(", ")}`,
    );
  }
  const seen = frame ?? frameOf(rows.map(({ clouds }) => clouds.at(-1)).filter((cloud) => cloud !== undefined), 0.002);
  const side = Math.min(190, Math.floor(1140 / columns.length));
  const concat = await Promise.all(
    rows.flatMap(({ name, clouds, colour = colours.model }, row) =>
      clouds.map(async (cloud, i) =>
        picturePanel({
          picture: await pointRaster(cloud, { frame: seen, side, colour }),
          frame: seen,
          side,
          ...(row === 0 && { title: panelTitle(columns[i] ?? "") }),
          axes: { x: row === rows.length - 1 ? "x₁" : undefined, y: i === 0 ? name : undefined },
          grid: false,
        }),
      ),
    ),
  );
  return renderChart({ title: { text: title, subtitle }, columns: columns.length, concat, align: "all", bounds: "flush", spacing: 10 });
}
