/** @file What a run shows when it is trained: samples, likelihood, figures, and one page of them. */
import { Key, meanAndError, toPixels } from "fluxion";
import type { Examples, Flow, FloatArray } from "fluxion";
import {
  densityHeatMap,
  encodePng,
  imageGrid,
  lossCurve,
  renderReport,
  scatter,
  svgToPng,
  trajectories,
  writeAtomic,
} from "@fluxion/node";
import type { Run } from "@fluxion/node";
import { formatCount, formatMean, formatSeconds } from "./format.ts";
import type { Task } from "./task.ts";

/** A line of the summary. */
export interface SummaryRow {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

interface Figure {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly svg?: string;
  readonly png?: Uint8Array;
}

interface Part {
  readonly rows: readonly SummaryRow[];
  readonly figures: readonly Figure[];
}

const tolerances = { solver: "dopri5", rtol: 1e-5, atol: 1e-5 } as const;

/** Samples a trained flow, measures it, and writes `report.html` with its figures as PNG beside it. */
export async function reportRun(
  run: Run,
  flow: Flow,
  task: Task,
  trainingSeconds: number,
): Promise<{ readonly rows: readonly SummaryRow[]; readonly report: string }> {
  const key = Key.from(Number(run.record.options["seed"] ?? 0)).child("report");
  const body = await (flow.model.eventShape.length === 1 ? reportPoints(flow, task, key) : reportImages(flow, key));
  const trained = { label: "training", value: formatSeconds(trainingSeconds), note: `${formatCount(run.record.steps ?? 0)} steps` };
  const rows = [trained, ...body.rows];
  const metrics = run.metrics();
  const figures: Figure[] = [
    ...body.figures,
    {
      id: "loss",
      title: "Loss",
      caption: "The conditional flow matching loss over training. It does not fall to zero: the target is noisy by design.",
      svg: lossCurve(metrics),
    },
  ];
  for (const figure of figures) {
    const png = figure.png ?? (figure.svg === undefined ? undefined : await svgToPng(figure.svg));
    if (png) writeAtomic(run.file(`${figure.id}.png`), png);
  }
  const title = `Flow of ${String(run.record.options["data"])}`;
  const page = renderReport({ title, rows, figures, options: { ...run.record } });
  writeAtomic(run.file("report.html"), page);
  writeAtomic(run.file("summary.json"), `${JSON.stringify(Object.fromEntries(rows.map(({ label, value }) => [label, value])), null, 2)}\n`);
  return { rows, report: run.file("report.html") };
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  const result = await work();
  return [result, (performance.now() - started) / 1000];
}

const heldOutPoints = 10_000;

async function reportPoints(flow: Flow, task: Task, key: Key): Promise<Part> {
  const [d = 1] = flow.model.eventShape;
  const [samples, samplingSeconds] = await timed(() => flow.sample({ count: 10_000, key: key.child("samples"), ...tolerances }));
  const heldOut = (task.heldOut ?? new Float32Array()).slice(0, heldOutPoints * d);
  const [density, densitySeconds] = await timed(() => flow.logProb(heldOut, tolerances));
  const { mean, standardError } = meanAndError(density.logProb.map((value) => -value));
  const rows: SummaryRow[] = [
    { label: "sampling", value: `${formatSeconds(samplingSeconds)}, ${samples.nfe.toFixed(0)} NFE`, note: "10,000 points, dopri5, rtol = atol = 1e-5" },
    {
      label: "NLL",
      value: `${formatMean(mean, standardError, 4)} nats`,
      note: `exact divergence, ${formatCount(heldOut.length / d)} held-out points, ${density.nfe.toFixed(0)} NFE, ${formatSeconds(densitySeconds)}`,
    },
  ];
  if (task.entropy !== undefined) {
    rows.push({
      label: "gap",
      value: `${formatMean(mean - task.entropy, standardError, 4)} nats`,
      note: `NLL minus the true entropy, ${task.entropy.toFixed(4)} nats`,
    });
  }
  return { rows, figures: d === 2 ? await planeFigures(flow, samples, heldOut, key) : [] };
}

/** The square that holds the points, with a margin. */
function extentOf(points: FloatArray): readonly [number, number, number, number] {
  let reach = [Infinity, -Infinity, Infinity, -Infinity] as [number, number, number, number];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] ?? 0, points[i + 1] ?? 0];
    reach = [Math.min(reach[0], x), Math.max(reach[1], x), Math.min(reach[2], y), Math.max(reach[3], y)];
  }
  const half = 0.55 * Math.max(reach[1] - reach[0], reach[3] - reach[2], 1e-6);
  const [cx, cy] = [(reach[0] + reach[1]) / 2, (reach[2] + reach[3]) / 2];
  return [cx - half, cx + half, cy - half, cy + half];
}

const pixels = 128;

async function planeFigures(flow: Flow, samples: Examples, heldOut: FloatArray, key: Key): Promise<Figure[]> {
  const extent = extentOf(heldOut);
  const [left, right, bottom, top] = extent;
  const grid = new Float32Array(2 * pixels * pixels);
  for (let i = 0; i < pixels * pixels; i++) {
    grid[2 * i] = left + ((i % pixels) + 0.5) * ((right - left) / pixels);
    grid[2 * i + 1] = top - (Math.floor(i / pixels) + 0.5) * ((top - bottom) / pixels);
  }
  // A picture needs no five digits.
  const { logProb } = await flow.logProb(grid, { solver: "dopri5", rtol: 1e-3, atol: 1e-3 });
  const [t0, t1] = flow.path.interval;
  const times = Array.from({ length: 10 }, (_, i) => t0 + ((t1 - t0) * i) / 9);
  const frames = await flow.trajectory({ count: 3000, key: key.child("trajectory"), times, rtol: 1e-4, atol: 1e-4 });
  return [
    {
      id: "samples",
      title: "Samples",
      caption: "10,000 points drawn from the flow with dopri5 at rtol = atol = 1e-5, beside points that training never saw.",
      svg: scatter([{ title: "flow", points: Float32Array.from(samples.values) }, { title: "held-out data", points: Float32Array.from(heldOut) }]),
    },
    {
      id: "density",
      title: "Log-density",
      caption: "The exact log-density of the flow, in nats.",
      svg: densityHeatMap({ logDensity: logProb, extent, rows: pixels, cols: pixels }),
    },
    {
      id: "trajectories",
      title: "From noise to data",
      caption: "The same 3,000 points at ten times, from the prior at t = 0 to the data at t = 1, in model space.",
      svg: trajectories(frames.map(({ values }, i) => ({ t: times[i] ?? 0, points: Float32Array.from(values) }))),
    },
  ];
}

/** The PNG of images in model space, side by side. */
export function imagesPng(values: FloatArray, event: readonly number[], columns: number, scale = 3): Promise<Uint8Array> {
  const [channels = 1, height = 1, width = 1] = event;
  return encodePng(imageGrid(toPixels(values), [values.length / (channels * height * width), channels, height, width], { columns, scale }));
}

async function reportImages(flow: Flow, key: Key): Promise<Part> {
  const event = flow.model.eventShape;
  const [samples, seconds] = await timed(() => flow.sample({ count: 64, key: key.child("samples"), ...tolerances }));
  const times = [0, 1 / 9, 2 / 9, 3 / 9, 4 / 9, 5 / 9, 6 / 9, 7 / 9, 8 / 9, 1];
  const frames = await flow.trajectory({ count: 8, key: key.child("trajectory"), times, solver: "midpoint", steps: 36 });
  const size = event.reduce((a, b) => a * b, 1);
  const strip = new Float32Array(8 * times.length * size);
  frames.forEach(({ values }, column) => {
    for (let row = 0; row < 8; row++) strip.set(values.subarray(row * size, (row + 1) * size), (row * times.length + column) * size);
  });
  return {
    rows: [{ label: "sampling", value: `${formatSeconds(seconds)}, ${samples.nfe.toFixed(0)} NFE`, note: "64 images, dopri5, rtol = atol = 1e-5" }],
    figures: [
      {
        id: "samples",
        title: "Samples",
        caption: "64 images drawn from the flow with dopri5 at rtol = atol = 1e-5, the first 64 of the seed: none is picked.",
        png: await imagesPng(dataToModel(samples.values), event, 8),
      },
      {
        id: "trajectories",
        title: "From noise to data",
        caption: "Eight images at ten times, t = 0 to 1 (midpoint, 36 steps).",
        png: await imagesPng(strip, event, times.length),
      },
    ],
  };
}

/** 8-bit values in [0, 256) to model space. */
const dataToModel = (values: FloatArray): Float32Array => Float32Array.from(values, (value) => value / 128 - 1);
