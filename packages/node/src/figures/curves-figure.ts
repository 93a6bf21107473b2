import { renderChart } from "./chart.ts";
import { logTicks } from "./log-ticks.ts";
import type { Interval } from "./points.ts";
import { series as seriesColours } from "./theme.ts";

/** One named line of a chart. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly error?: number | undefined }[];
  /** `#rrggbb`, so that a name keeps its colour from figure to figure. Default the next of the theme's. */
  readonly colour?: string | undefined;
  /** Dashes tell lines of one colour apart. */
  readonly dashed?: boolean | undefined;
}

/** An axis of `curvesFigure`. */
export interface CurveAxis {
  readonly title: string;
  /** Default false. */
  readonly logarithmic?: boolean | undefined;
  /** What the axis shows at least. */
  readonly covers?: Interval | undefined;
}

/** What `curvesFigure` shows. */
export interface CurvesFigureOptions {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly x: CurveAxis;
  readonly y: CurveAxis;
  /** A dot at every point, as of measurements. Default true. */
  readonly dots?: boolean | undefined;
  /** One to a panel. */
  readonly panels: readonly { readonly title?: string | undefined; readonly curves: readonly Curve[] }[];
}

/**
 * Lines through measured points as SVG, with error bars where there are errors; panels side by side share their axes.
 * Points that are not finite, or not above 0 on a logarithmic axis, are left out.
 *
 * @throws RangeError if no point is left
 */
export async function curvesFigure({ title, subtitle = "", x, y, dots = true, panels }: CurvesFigureOptions): Promise<string> {
  const curves = panels.flatMap((panel) => panel.curves);
  const names = [...new Set(curves.map(({ name }) => name))];
  const shown = (value: number, { logarithmic = false }: CurveAxis): boolean => Number.isFinite(value) && (!logarithmic || value > 0);
  const rows = panels.map(({ curves }) =>
    curves.flatMap(({ name, points, dashed = false }) =>
      points
        .filter((point) => shown(point.x, x) && shown(point.y, y))
        .map(({ error = 0, ...point }) => ({ ...point, name, dashed, low: lowerEnd(point.y, error, y), high: point.y + error })),
    ),
  );
  const all = rows.flat();
  if (all.length === 0) throw new RangeError(`curvesFigure: expected a finite point at least, got none in ${String(names.length)} curves`);
  // Lines without dots may run from edge to edge; half of a dot there, or of a line along it, would be cut off.
  const [scaleX, scaleY] = [scaleOf(x, all.map((row) => row.x), dots ? margin : 0), scaleOf(y, all.flatMap(({ low, high }) => [low, high]), margin)];
  const width = panels.length === 1 ? 620 : Math.floor(760 / panels.length) - 20;
  const colour = {
    field: "name",
    type: "nominal" as const,
    scale: { domain: names, range: names.map((name, i) => curves.find((curve) => curve.name === name)?.colour ?? seriesColours[i % seriesColours.length] ?? "#000000") },
    legend: names.length > 1 ? { title: null, orient: "top" as const, symbolType: "stroke" as const, symbolOpacity: 1 } : null,
  };
  const axisX = { field: "x", type: "quantitative" as const, title: x.title, scale: scaleX, axis: { ...ticksOf(scaleX), grid: false } };
  return renderChart({
    title: { text: title, subtitle },
    spacing: 24,
    hconcat: panels.map((panel, i) => ({
      ...(panel.title === undefined ? {} : { title: { text: panel.title, fontSize: 13, offset: 8 } }),
      width,
      height: 280,
      data: { values: rows[i] ?? [] },
      encoding: { x: axisX, color: colour },
      layer: [
        {
          mark: { type: "line" as const, strokeWidth: 2, clip: true },
          encoding: {
            y: { field: "y", type: "quantitative" as const, title: i === 0 ? y.title : null, scale: scaleY, axis: ticksOf(scaleY) },
            strokeDash: { field: "dashed", type: "nominal" as const, scale: { domain: [false, true], range: [[1, 0], [5, 4]] }, legend: null },
          },
        },
        { mark: { type: "point" as const, filled: true, size: dots ? 36 : 0, opacity: dots ? 1 : 0 }, encoding: { y: { field: "y", type: "quantitative" as const } } },
        {
          transform: [{ filter: "datum.high > datum.low" }],
          mark: { type: "rule" as const, strokeWidth: 1.25, opacity: 0.7 },
          encoding: { y: { field: "low", type: "quantitative" as const }, y2: { field: "high" } },
        },
      ],
    })),
  });
}

/** Room between the outermost values and the frame, as a share of their distance. */
const margin = 0.04;

function scaleOf({ logarithmic = false, covers }: CurveAxis, values: readonly number[], share: number) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // Values that are all equal span nothing, and would get no room.
  const room = logarithmic ? Math.max(1.15, (most / least) ** share) : least < most ? share * (most - least) : Math.max(1, Math.abs(most)) / 10;
  const [low, high] = logarithmic ? [least / room, most * room] : [least - room, most + room];
  const domain: [number, number] = [Math.min(low, covers?.[0] ?? low), Math.max(high, covers?.[1] ?? high)];
  return { nice: false, domain, ...(logarithmic ? { type: "log" as const } : { type: "linear" as const, zero: false }) };
}

// A count beside values would have Vega leave out every other one.
const ticksOf = ({ type, domain }: ReturnType<typeof scaleOf>) => (type === "log" ? { format: ",~g", values: [...logTicks(domain)] } : { tickCount: 6 });

/** An error bar on a logarithmic axis must stay above 0. */
const lowerEnd = (value: number, error: number, { logarithmic = false }: CurveAxis): number =>
  logarithmic ? Math.max(value - error, value / 10) : value - error;
