import { renderChart } from "./chart.ts";
import { picturePanel } from "./panel.ts";
import { pointRaster } from "./point-raster.ts";
import { cloudLengths, column, frameOf, robustInterval } from "./points.ts";
import type { PointCloud } from "./points.ts";
import { colours, panelTitle } from "./theme.ts";

/** States of the same points at several times. */
export interface PointTrajectory {
  /** Growing; 0 is noise, 1 is data. */
  readonly times: readonly number[];
  /** The points at each time. */
  readonly states: readonly PointCloud[];
}

/**
 * Points on their way from noise to data as SVG: a panel for each time, all at one scale, of the first two coordinates;
 * the paths of 200 points for one dimension.
 * @throws RangeError if there is not one state, of one dimension, to a time
 */
export async function trajectoryFigure({ times, states }: PointTrajectory): Promise<string> {
  const dimensions = states.map((state) => cloudLengths("trajectoryFigure", state).dimension);
  if (times.length < 1 || times.length !== states.length || new Set(dimensions).size > 1) {
    throw new RangeError(
      `trajectoryFigure: expected states of one dimension, one to a time, got ${states.length} for ${times.length} times; give what trajectory returned`,
    );
  }
  return dimensions[0] === 1 ? paths(times, states) : panels(times, states, dimensions[0] ?? 2);
}

async function panels(times: readonly number[], states: readonly PointCloud[], dimension: number): Promise<string> {
  const [side, columns] = [156, Math.min(5, times.length)];
  // The tails of the noise would leave the data a speck.
  const frame = frameOf(states, 0.005);
  const concat = await Promise.all(
    states.map(async (state, i) => {
      const share = times.length > 1 ? i / (times.length - 1) : 1;
      const last = i + columns >= times.length;
      return picturePanel({
        picture: await pointRaster(state, { frame, side, colour: journeyColour(share) }),
        frame,
        side,
        title: panelTitle(timeLabel(times[i])),
        axes: { x: last ? "x₁" : undefined, y: i % columns === 0 ? "x₂" : undefined },
      });
    }),
  );
  const rest = dimension > 2 ? ` The first two of ${dimension} coordinates.` : "";
  const title = { text: "From noise to data", subtitle: `The same points at ${times.length} times of the flow.${rest}` };
  return renderChart({ title, columns, concat, align: "all", bounds: "flush", spacing: { row: 36, column: 14 } });
}

function paths(times: readonly number[], states: readonly PointCloud[]): Promise<string> {
  const columns = states.map((state) => column(state, 0));
  const shown = columns.map((values) => values.subarray(0, 200));
  const values = shown.flatMap((state, i) => Array.from(state, (x, point) => ({ t: times[i] ?? 0, x, point })));
  return renderChart({
    title: { text: "From noise to data", subtitle: `The paths of ${shown[0]?.length ?? 0} points.` },
    width: 760,
    height: 320,
    data: { values },
    mark: { type: "line", color: colours.model, strokeWidth: 1, opacity: 0.3, interpolate: "monotone", clip: true },
    encoding: {
      x: { field: "t", type: "quantitative", title: "time t", scale: { domain: [times[0] ?? 0, times.at(-1) ?? 1], nice: false } },
      y: { field: "x", type: "quantitative", title: "x", scale: { domain: [...robustInterval(columns)], nice: false, zero: false } },
      detail: { field: "point", type: "nominal" },
    },
  });
}

/** `t = 0.33` */
export function timeLabel(time: number | undefined): string {
  return `t = ${String(Number((time ?? NaN).toFixed(2)))}`;
}

/** The colour a share of the way from noise to data. */
function journeyColour(share: number): string {
  const stops = colours.journey;
  const at = share * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(at));
  const channel = (start: number): string => {
    const [a, b] = [stops[from], stops[from + 1]].map((stop) => Number.parseInt((stop ?? "").slice(start, start + 2), 16));
    return Math.round((a ?? 0) + (at - from) * ((b ?? 0) - (a ?? 0))).toString(16).padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
