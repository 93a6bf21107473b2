import { imageGrid } from "../images/image-grid.ts";
import { encodePng } from "../images/png.ts";
import { batchLengths } from "../images/raster.ts";
import type { ImageBatch, Raster } from "../images/raster.ts";
import { renderChart } from "./chart.ts";
import { pngUri } from "./data-uri.ts";
import { panelTitle } from "./theme.ts";
import { timeLabel } from "./trajectory-figure.ts";

/** What stands over a grid of images. */
export interface ImageGridHeading {
  /** Default "Samples of the flow". */
  readonly title?: string | undefined;
  /** Default: how many there are, and that none was picked. */
  readonly subtitle?: string | undefined;
}

/** Images as SVG, in a grid as square as can be. */
export async function imageGridFigure(images: ImageBatch, heading: ImageGridHeading = {}): Promise<string> {
  const { count } = batchLengths("imageGridFigure", images);
  const gap = 6;
  const grid = imageGrid(images, { padding: gap });
  const title = {
    text: heading.title ?? "Samples of the flow",
    subtitle: heading.subtitle ?? `${count.toLocaleString("en-US")} images, none of them picked.`,
  };
  return renderChart({ title, ...(await picture(grid, gap, 0.5 * Math.min(1, 1520 / grid.width))) });
}

/** Images of the same examples at several times. */
export interface ImageTrajectory {
  /** Default "From noise to data". */
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** Growing; 0 is noise, 1 is data. */
  readonly times: readonly number[];
  /** The images at each time, of one shape. */
  readonly states: readonly ImageBatch[];
}

/**
 * Images on their way from noise to data as SVG: a column for each time, a row for each image.
 * @throws RangeError if there is not one state, of one shape, to a time
 */
export async function imageTrajectoryFigure({ times, states, ...heading }: ImageTrajectory): Promise<string> {
  const shapes = new Set(states.map(({ shape }) => shape.join()));
  if (times.length < 1 || times.length !== states.length || shapes.size !== 1) {
    throw new RangeError(
      `imageTrajectoryFigure: expected images of one shape, one batch to a time, got ${states.length} for ${times.length} times; give what trajectory returned`,
    );
  }
  const side = 78;
  const columns = await Promise.all(
    states.map(async (state, i) => {
      const { width } = batchLengths("imageTrajectoryFigure", state);
      const scale = Math.max(1, Math.round((3 * side) / width));
      const strip = imageGrid(state, { columns: 1, scale, padding: 2 * scale });
      return { title: panelTitle(timeLabel(times[i])), ...(await picture(strip, 2 * scale, side / strip.width)) };
    }),
  );
  const title = {
    text: heading.title ?? "From noise to data",
    subtitle: heading.subtitle ?? `The same images at ${times.length} times of the flow.`,
  };
  return renderChart({ title, hconcat: columns, spacing: 8, bounds: "flush" });
}

/** A Vega-Lite unit that shows a picture and nothing else; its white border hangs over, so that titles align. */
async function picture(raster: Raster, border: number, scale: number) {
  const [width, height] = [raster.width * scale, raster.height * scale];
  const [innerWidth, innerHeight] = [width - 2 * border * scale, height - 2 * border * scale];
  return {
    width: innerWidth,
    height: innerHeight,
    view: { stroke: null },
    data: { values: [{ picture: pngUri(await encodePng(raster)) }] },
    mark: { type: "image" as const, width, height, aspect: false },
    encoding: { x: { value: innerWidth / 2 }, y: { value: innerHeight / 2 }, url: { field: "picture", type: "nominal" as const } },
  };
}
