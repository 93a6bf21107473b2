import { renderChart } from "./chart.ts";
import { picturePanel } from "./panel.ts";
import { countInside, pointRaster } from "./point-raster.ts";
import { cloudLengths, column, frameOf, robustInterval } from "./points.ts";
import type { Frame, Interval, PointCloud } from "./points.ts";
import { colours, panelTitle } from "./theme.ts";

/** What `samplesFigure` shows. */
export interface SamplesFigureOptions {
  readonly samples: PointCloud;
  /** Data that the flow has not seen, shown beside the samples at the same scale. */
  readonly heldOut?: PointCloud | undefined;
}

interface NamedCloud {
  readonly name: string;
  readonly cloud: PointCloud;
  readonly colour: string;
}

/**
 * Samples as SVG, with held-out data at the same scale: a scatter of the first two coordinates, or a histogram of
 * one-dimensional points.
 * @throws RangeError for points of unlike dimension
 */
export async function samplesFigure({ samples, heldOut }: SamplesFigureOptions): Promise<string> {
  const { dimension } = cloudLengths("samplesFigure", samples);
  if (heldOut !== undefined && cloudLengths("samplesFigure", heldOut).dimension !== dimension) {
    throw new RangeError(
      `samplesFigure: expected held-out points of dimension ${dimension}, as the samples, got shape [${heldOut.shape.join(", ")}]; give data of the flow`,
    );
  }
  const clouds: readonly NamedCloud[] = [
    { name: "Samples of the flow", cloud: samples, colour: colours.model },
    ...(heldOut === undefined ? [] : [{ name: "Held-out data", cloud: heldOut, colour: colours.data }]),
  ];
  return dimension === 1 ? histogram(clouds) : scatter(clouds, dimension);
}

async function scatter(clouds: readonly NamedCloud[], dimension: number): Promise<string> {
  const frame = frameOf(clouds.map(({ cloud }) => cloud));
  const side = clouds.length > 1 ? 372 : 440;
  const panels = await Promise.all(
    clouds.map(async ({ name, cloud, colour }, i) =>
      picturePanel({
        picture: await pointRaster(cloud, { frame, side, colour }),
        frame,
        side,
        title: panelTitle(name, describe(cloud, frame)),
        axes: { x: "x₁", y: i === 0 ? "x₂" : undefined },
      }),
    ),
  );
  const subtitle = dimension > 2 ? `The first two of ${dimension} coordinates.` : "";
  const text = clouds.length > 1 ? "Samples beside held-out data" : "Samples";
  return renderChart({ title: { text, subtitle }, align: "all", bounds: "flush", spacing: 28, hconcat: panels });
}

function describe(cloud: PointCloud, frame: Frame): string {
  const { count } = cloudLengths("samplesFigure", cloud);
  const outside = count - countInside(cloud, frame);
  const points = `${count.toLocaleString("en-US")} ${count === 1 ? "point" : "points"}`;
  return outside === 0 ? points : `${points}, ${outside.toLocaleString("en-US")} outside the frame`;
}

function histogram(clouds: readonly NamedCloud[]): Promise<string> {
  const range = robustInterval(clouds.map(({ cloud }) => column(cloud, 0)));
  const values = clouds.flatMap(({ name, cloud }) => bins(column(cloud, 0), range).map((bin) => ({ ...bin, name })));
  const names = clouds.map(({ name }) => name);
  return renderChart({
    title: { text: clouds.length > 1 ? "Samples and held-out data" : "Samples", subtitle: "Histograms as densities." },
    width: 760,
    height: 280,
    data: { values: values },
    mark: { type: "area", interpolate: "step", fillOpacity: 0.18, line: { strokeWidth: 1.75 }, clip: true },
    encoding: {
      x: { field: "x", type: "quantitative", title: "x", scale: { domain: [...range], nice: false, zero: false }, axis: { grid: false } },
      y: { field: "density", type: "quantitative", title: "density", stack: null, axis: { tickCount: 5, format: "~g" } },
      color: {
        field: "name",
        type: "nominal",
        scale: { domain: names, range: clouds.map(({ colour }) => colour) },
        legend: clouds.length > 1 ? { title: null, orient: "top", symbolType: "stroke" } : null,
      },
    },
  });
}

/** Shares of values per unit length, in 80 bins. */
function bins(values: Float64Array, [low, high]: Interval): readonly { readonly x: number; readonly density: number }[] {
  const width = (high - low) / 80;
  const counts = new Float64Array(80);
  for (const value of values) {
    const bin = Math.floor((value - low) / width);
    if (bin >= 0 && bin < 80) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return Array.from(counts, (count, i) => ({ x: low + (i + 0.5) * width, density: count / (values.length * width) }));
}
