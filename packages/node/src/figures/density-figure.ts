import { renderChart } from "./chart.ts";
import { colourMap } from "./colour-map.ts";
import { picturePanel } from "./panel.ts";
import { cloudLengths, column, frameOf, quantile, robustInterval } from "./points.ts";
import type { Interval, PointCloud } from "./points.ts";
import { colours, densityScheme } from "./theme.ts";

/** Places to evaluate a density at, and the frame they fill. */
export interface DensityGrid extends PointCloud {
  /** Centres of `size` (one dimension) or `size × size` cells; the first coordinate changes fastest. */
  readonly values: Float32Array;
  readonly shape: readonly [number, number];
  readonly x: Interval;
  /** Missing for one dimension. */
  readonly y?: Interval | undefined;
}

/**
 * A grid over the part of the line or plane that holds the points.
 * @param size cells along each axis, from 2; default 400 in one dimension, 128 in two
 * @throws RangeError for points of more than two dimensions
 */
export function densityGrid(points: PointCloud, size?: number): DensityGrid {
  const { dimension } = cloudLengths("densityGrid", points);
  if (dimension > 2) {
    throw new RangeError(`densityGrid: expected points of one or two dimensions, got ${dimension}; a density map needs a plane`);
  }
  if (dimension === 1) {
    const n = size ?? 400;
    const x = robustInterval([column(points, 0)]);
    return { values: Float32Array.from({ length: n }, (_, i) => cell(x, i, n)), shape: [n, 1], x };
  }
  const n = size ?? 128;
  const { x, y } = frameOf([points]);
  const coordinate = (i: number): number => (i % 2 === 0 ? cell(x, (i / 2) % n, n) : cell(y, Math.floor(i / 2 / n), n));
  return { values: Float32Array.from({ length: 2 * n * n }, (_, i) => coordinate(i)), shape: [n * n, 2], x, y };
}

const cell = ([low, high]: Interval, i: number, n: number): number => low + ((i + 0.5) / n) * (high - low);

/**
 * The density of a flow as SVG: a heat map with its colour bar, or a curve over a line.
 * @param logDensity natural logarithms of the density at the grid's points, in order
 * @throws RangeError if there is not one value to a point
 */
export async function densityFigure(grid: DensityGrid, logDensity: ArrayLike<number>): Promise<string> {
  if (logDensity.length !== grid.shape[0]) {
    throw new RangeError(
      `densityFigure: expected ${grid.shape[0]} log-densities, one to a point of the grid, got ${logDensity.length}; evaluate all of them`,
    );
  }
  const density = Float64Array.from(logDensity, (value) => (Number.isFinite(value) ? Math.exp(value) : 0));
  return grid.y === undefined ? curve(grid, density) : heatMap(grid, grid.y, density);
}

async function heatMap({ x, shape }: DensityGrid, y: Interval, density: Float64Array): Promise<string> {
  const side = 440;
  // One cell of a spike must not turn the rest dark.
  const top = quantile(Float64Array.from(density).sort(), 0.998) || 1;
  const picture = await colourMap(density, Math.round(Math.sqrt(shape[0])), top);
  const panel = picturePanel({ picture, frame: { x, y }, side, grid: false });
  const bar = {
    data: { values: [{ density: 0 }, { density: top }] },
    mark: { type: "point" as const, opacity: 0 },
    encoding: {
      color: {
        field: "density",
        type: "quantitative" as const,
        scale: { domain: [0, top], nice: false, scheme: densityScheme },
        legend: {
          title: "density p(x)",
          gradientLength: side - 20,
          gradientThickness: 14,
          gradientOpacity: 1,
          labelOffset: 6,
          offset: 22,
          tickCount: 6,
          format: "~g",
        },
      },
    },
  };
  const { width, height, ...layer } = panel;
  return renderChart({ title: { text: "Density of the flow" }, width, height, layer: [layer, bar] });
}

function curve({ values, x }: DensityGrid, density: Float64Array): Promise<string> {
  return renderChart({
    title: { text: "Density of the flow" },
    width: 760,
    height: 280,
    data: { values: Array.from(values, (at, i) => ({ x: at, density: density[i] ?? 0 })) },
    mark: { type: "area", color: colours.model, fillOpacity: 0.18, line: { color: colours.model, strokeWidth: 2 } },
    encoding: {
      x: { field: "x", type: "quantitative", title: "x", scale: { domain: [...x], nice: false, zero: false }, axis: { grid: false } },
      y: { field: "density", type: "quantitative", title: "density p(x)", axis: { tickCount: 5, format: "~g" } },
    },
  });
}
