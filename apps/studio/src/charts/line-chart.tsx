/** @file Lines over an axis, as SVG: scales and shapes are d3's, the rest is elements. */
import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { powerOfTen } from "../controls/numbers.ts";
import type { PictureKind } from "../controls/save-links.tsx";
import { SaveLinks } from "../controls/save-links.tsx";
import { saveChart } from "../keep/chart-file.ts";

/** One line. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  /** Which of the pens of the style sheet draws it. */
  readonly pen: number;
  readonly dots?: boolean | undefined;
}

/** What a chart shows. */
export interface ChartProps {
  /** Said to who cannot see it. */
  readonly label: string;
  readonly series: readonly Series[];
  readonly x: Axis;
  readonly y: Axis;
  /** A vertical mark, such as the present time. */
  readonly mark?: number | undefined;
  /** A horizontal line with a name. */
  readonly level?: { readonly value: number; readonly name: string } | undefined;
  readonly height?: number | undefined;
  /** Names the chart's files. */
  readonly id: string;
}

/** An axis: its limits come from the lines unless they are given. */
export interface Axis {
  readonly name: string;
  readonly log?: boolean | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const width = 360;
const margin = { top: 10, right: 12, bottom: 36, left: 44 };

function scaleOf(axis: Axis, values: readonly number[], range: readonly [number, number]) {
  const usable = values.filter((value) => Number.isFinite(value) && (axis.log !== true || value > 0));
  const low = axis.from ?? (usable.length > 0 ? Math.min(...usable) : axis.log === true ? 0.1 : 0);
  const high = axis.to ?? (usable.length > 0 ? Math.max(...usable) : 1);
  const domain = low === high ? [axis.log === true ? low / 2 : low - 0.5, axis.log === true ? high * 2 : high + 0.5] : [low, high];
  const scale = (axis.log === true ? scaleLog() : scaleLinear()).domain(domain).range([...range]);
  return axis.from === undefined && axis.log !== true ? scale.nice(4) : scale;
}

/** Lines over an axis. */
export function LineChart({ label, series, x, y, mark, level, height = 190, id }: ChartProps): VNode {
  const xs = scaleOf(
    x,
    series.flatMap(({ points }) => points.map(([value]) => value)),
    [margin.left, width - margin.right],
  );
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const ys = scaleOf(y, level ? [...values, level.value] : values, [height - margin.bottom, margin.top]);
  const path = line<readonly [number, number]>()
    .defined(([a, b]) => Number.isFinite(xs(a)) && Number.isFinite(ys(b)))
    .x(([value]) => xs(value))
    .y(([, value]) => ys(value));
  const yTicks = y.log === true ? powers(ys.domain()) : ys.ticks(4);
  const xTicks = x.log === true ? powers(xs.domain(), [1, 2, 5]) : xs.ticks(5);
  const ref = useRef<SVGSVGElement>(null);
  const save = async (kind: PictureKind): Promise<void> => {
    if (ref.current) await saveChart(ref.current, `fluxion-${id}`, kind);
  };
  return (
    <div>
      <svg class="chart" ref={ref} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        <g class="grid">
          {yTicks.map((tick) => (
            <line key={tick} x1={margin.left} x2={width - margin.right} y1={ys(tick)} y2={ys(tick)} />
          ))}
        </g>
        <g class="ticks">
          {yTicks.map((tick) => (
            <text key={tick} x={margin.left - 8} y={ys(tick)} dy="0.32em" text-anchor="end">
              {tickText(tick, y.log)}
            </text>
          ))}
          {xTicks.map((tick) => (
            <text key={tick} x={xs(tick)} y={height - margin.bottom + 16} text-anchor="middle">
              {tickText(tick, false)}
            </text>
          ))}
          <text class="axis-name" x={width - margin.right} y={height - 2} text-anchor="end">
            {x.name}
          </text>
        </g>
        {level ? (
          <g class="level">
            <line x1={margin.left} x2={width - margin.right} y1={ys(level.value)} y2={ys(level.value)} />
            <text x={width - margin.right} y={ys(level.value) - 5} text-anchor="end">
              {level.name}
            </text>
          </g>
        ) : null}
        {mark === undefined ? null : <line class="mark" x1={xs(mark)} x2={xs(mark)} y1={margin.top} y2={height - margin.bottom} />}
        {series.map(({ name, points, pen, dots }) => (
          <g key={name} class={`pen-${pen}`}>
            <path class="stroke" d={path(points) ?? ""} />
            {dots === true
              ? points
                  .filter(([a, b]) => Number.isFinite(xs(a)) && Number.isFinite(ys(b)))
                  .map(([a, b]) => <circle key={a} class="dot" cx={xs(a)} cy={ys(b)} r="2.6" />)
              : null}
          </g>
        ))}
      </svg>
      <SaveLinks what="this chart" save={save} />
    </div>
  );
}

/** The names of a chart's lines, with their pens. */
export function Legend({ series }: { readonly series: readonly Pick<Series, "name" | "pen">[] }): VNode {
  return (
    <ul class="legend">
      {series.map(({ name, pen }) => (
        <li key={name} class={`pen-${pen}`}>
          <svg viewBox="0 0 18 8" aria-hidden="true">
            <path class="stroke" d="M1 4h16" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Powers of ten within a domain, thinned out to a few. */
function powers([low = 1, high = 10]: readonly number[], factors: readonly number[] = [1]): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(1, Math.ceil((to - from) / 5));
  const all = Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => from + i * every);
  return all.flatMap((power) => factors.map((factor) => factor * 10 ** power)).filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

function tickText(value: number, log: boolean | undefined): string {
  if (log !== true) return Math.abs(value) >= 10_000 ? `${value / 1000}k` : String(Number(value.toPrecision(4)));
  const power = Math.round(Math.log10(value));
  return power >= 0 && power <= 3 ? String(10 ** power) : powerOfTen(power);
}
