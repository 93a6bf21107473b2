import { renderChart } from "./chart.ts";
import { logTicks } from "./log-ticks.ts";
import { quantile } from "./points.ts";
import { colours } from "./theme.ts";

/** A loss by step. */
export interface LossCurve {
  /** Steps, growing. */
  readonly steps: ArrayLike<number>;
  /** The loss at each; values that are not finite are left out. */
  readonly losses: ArrayLike<number>;
}

interface Sample {
  readonly step: number;
  readonly loss: number;
}

/** Most points drawn of each line. */
const resolution = 500;

/**
 * The loss over training as SVG: the raw values light (where there are many, their range), and a running mean over the
 * steps within a twentieth of each, so that the fall at the start stays sharp.
 * @throws RangeError if there is no finite loss
 */
export async function lossFigure(curve: LossCurve): Promise<string> {
  const samples = finiteSamples(curve);
  const means = runningMeans(samples);
  const domain = lossDomain(samples, means);
  // A ratio of three spans enough of a decade for a logarithm to show more than it hides.
  const logarithmic = domain[0] > 0 && domain[1] / domain[0] > 3;
  const y = {
    type: "quantitative" as const,
    title: logarithmic ? "loss (log scale)" : "loss",
    scale: logarithmic ? { type: "log" as const, domain: [...domain] } : { domain: [...domain], nice: false, zero: false },
    // A count beside values would have Vega leave out every other one.
    axis: { format: "~g", ...(logarithmic ? { values: [...logTicks(domain)] } : { tickCount: 6 }) },
  };
  const x = {
    field: "step",
    type: "quantitative" as const,
    title: "training step",
    scale: { domain: stepDomain(samples), nice: false, zero: false },
    axis: { tickCount: 8, format: ",d", grid: false },
  };
  return renderChart({
    title: { text: "Training loss", subtitle: "Light: every recorded value. Line: running mean." },
    width: 760,
    height: 280,
    layer: [
      {
        data: { values: ranges(samples) },
        // The outline alone shows where there is one value to a step.
        mark: { type: "area", fill: colours.model, fillOpacity: 0.22, stroke: colours.model, strokeOpacity: 0.3, strokeWidth: 0.5, clip: true },
        encoding: { x, y: { ...y, field: "high" }, y2: { field: "low" } },
      },
      {
        data: { values: means.map(({ step, loss }) => ({ step, loss })) },
        mark: { type: "line", color: colours.model, strokeWidth: 2, strokeJoin: "round", clip: true },
        encoding: { x, y: { ...y, field: "loss" } },
      },
    ],
  });
}

function finiteSamples({ steps, losses }: LossCurve): readonly Sample[] {
  const samples = Array.from(losses, (loss, i) => ({ step: steps[i] ?? NaN, loss })).filter(
    ({ step, loss }) => Number.isFinite(step) && Number.isFinite(loss),
  );
  if (samples.length > 0) return samples;
  throw new RangeError(`lossFigure: expected a finite loss at one step or more, got none in ${losses.length}; train first`);
}

/** Means over growing windows, at evenly spread positions. */
function runningMeans(samples: readonly Sample[]): readonly Sample[] {
  const sums = new Float64Array(samples.length + 1);
  samples.forEach(({ loss }, i) => (sums[i + 1] = (sums[i] ?? 0) + loss));
  return spread(samples.length).map((i) => {
    const half = Math.max(2, Math.round(0.05 * i));
    const [from, to] = [Math.max(0, i - half), Math.min(samples.length, i + half + 1)];
    return { step: samples[i]?.step ?? 0, loss: ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from) };
  });
}

/** The least and greatest loss between drawn steps. */
function ranges(samples: readonly Sample[]): readonly { readonly step: number; readonly low: number; readonly high: number }[] {
  const at = spread(samples.length);
  return at.map((from, i) => {
    const part = samples.slice(from, Math.max(from + 1, at[i + 1] ?? samples.length)).map(({ loss }) => loss);
    return { step: samples[from]?.step ?? 0, low: Math.min(...part), high: Math.max(...part) };
  });
}

/** From 0, unless training is seen from a late step on. */
function stepDomain(samples: readonly Sample[]): [number, number] {
  const [first, last] = [samples[0]?.step ?? 0, samples.at(-1)?.step ?? 1];
  return [first <= 0.1 * last ? 0 : first, last];
}

/** Indices of at most `resolution` of n items, the first and the last among them. */
function spread(n: number): readonly number[] {
  const count = Math.min(n, resolution);
  return Array.from({ length: count }, (_, i) => Math.round((i * (n - 1)) / Math.max(1, count - 1)));
}

/** From the least loss to the most, without the spikes of the first steps and a stray hundredth. */
function lossDomain(samples: readonly Sample[], means: readonly Sample[]): readonly [number, number] {
  const sorted = Float64Array.from(samples, ({ loss }) => loss).sort();
  const typical = means.map(({ loss }) => loss);
  const low = Math.min(quantile(sorted, 0.002), ...typical);
  const high = Math.max(quantile(sorted, 0.99), ...typical);
  if (low === high) return [low - 0.5, high + 0.5];
  const margin = 0.04 * (high - low);
  return [low > 0 ? Math.max(low - margin, low / 1.1) : low - margin, high + margin];
}
