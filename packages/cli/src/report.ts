/** @file What a run shows when it is trained: samples, likelihood, figures, and one page of them. */
import { Key, meanAndError } from "fluxion";
import type { Conditioning, Examples, Flow } from "fluxion";
import {
  densityFigure,
  densityGrid,
  imageGridFigure,
  imageTrajectoryFigure,
  lossFigure,
  renderReport,
  samplesFigure,
  svgToPng,
  trajectoryFigure,
  writeAtomic,
} from "@fluxion/node";
import type { PointCloud, Run } from "@fluxion/node";
import { conditionsOf, restored, restores } from "./conditions.ts";
import { formatCount, formatMean, formatSeconds } from "./format.ts";
import { pixelsOf } from "./pixels.ts";
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
  readonly svg: string;
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
  const body = await (flow.model.eventShape.length === 1 ? reportPoints(flow, task, key) : reportImages(flow, run, key));
  const trained = { label: "training", value: formatSeconds(trainingSeconds), note: `${formatCount(run.record.steps ?? 0)} steps` };
  const rows = [trained, ...body.rows];
  const metrics = run.metrics();
  const figures: Figure[] = [
    ...body.figures,
    {
      id: "loss",
      title: "Loss",
      caption: "The loss over training. It does not fall to zero: the target is noisy by design.",
      svg: await lossFigure({ steps: metrics.map(({ step }) => step), losses: metrics.map(({ loss }) => loss) }),
    },
  ];
  for (const { id, svg } of figures) writeAtomic(run.file(`${id}.png`), await svgToPng(svg));
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

/** The exact divergence costs as many directions as there are dimensions: a report should not take longer than training. */
const heldOutPoints = (d: number): number => Math.min(10_000, Math.max(200, Math.floor(20_000 / d)));

async function reportPoints(flow: Flow, task: Task, key: Key): Promise<Part> {
  const [d = 1] = flow.model.eventShape;
  const [samples, samplingSeconds] = await timed(() => flow.sample({ count: 10_000, key: key.child("samples"), ...tolerances }));
  const values = (task.heldOut ?? new Float32Array()).slice(0, heldOutPoints(d) * d);
  const heldOut = { values, shape: [values.length / d, d] as const };
  const [density, densitySeconds] = await timed(() => flow.logProb(values, tolerances));
  const { mean, standardError } = meanAndError(density.logProb.map((value) => -value));
  const rows: SummaryRow[] = [
    { label: "sampling", value: `${formatSeconds(samplingSeconds)}, ${samples.nfe.toFixed(0)} NFE`, note: "10,000 points, dopri5, rtol = atol = 1e-5" },
    {
      label: "NLL",
      value: `${formatMean(mean, standardError, 4)} nats`,
      note: `exact divergence, ${formatCount(values.length / d)} held-out points, ${density.nfe.toFixed(0)} NFE, ${formatSeconds(densitySeconds)}`,
    },
  ];
  if (task.entropy !== undefined) {
    rows.push({
      label: "gap",
      value: `${formatMean(mean - task.entropy, standardError, 4)} nats`,
      note: `NLL minus the true entropy, ${task.entropy.toFixed(4)} nats`,
    });
  }
  return { rows, figures: await pointFigures(flow, samples, heldOut, key) };
}

/** Ten times over a path's interval. */
function tenTimes({ path }: Flow): number[] {
  const [t0, t1] = path.interval;
  return Array.from({ length: 10 }, (_, i) => (i === 9 ? t1 : t0 + ((t1 - t0) * i) / 9));
}

async function pointFigures(flow: Flow, samples: Examples, heldOut: PointCloud, key: Key): Promise<Figure[]> {
  const times = tenTimes(flow);
  const states = await flow.trajectory({ count: 3000, key: key.child("trajectory"), times, rtol: 1e-4, atol: 1e-4 });
  const cloud = ({ values, shape: [n = 0, d = 1] }: Examples): PointCloud => ({ values, shape: [n, d] });
  const figures: Figure[] = [
    {
      id: "samples",
      title: "Samples",
      caption: "10,000 points drawn from the flow with dopri5 at rtol = atol = 1e-5, beside points that training never saw.",
      svg: await samplesFigure({ samples: cloud(samples), heldOut }),
    },
    {
      id: "trajectories",
      title: "From noise to data",
      caption: "The same 3,000 points at ten times, from the prior at t = 0 to the data at t = 1, in model space.",
      svg: await trajectoryFigure({ times, states: states.map(cloud) }),
    },
  ];
  return (heldOut.shape[1] ?? 1) > 2 ? figures : [...figures, await densityOf(flow, heldOut)];
}

async function densityOf(flow: Flow, heldOut: PointCloud): Promise<Figure> {
  const grid = densityGrid(heldOut);
  // A picture needs no five digits.
  const { logProb } = await flow.logProb(grid.values, { solver: "dopri5", rtol: 1e-3, atol: 1e-3 });
  const caption = "The exact density of the flow, from its log-likelihood at every cell.";
  return { id: "density", title: "Density", caption, svg: await densityFigure(grid, logProb) };
}

async function reportImages(flow: Flow, run: Run, key: Key): Promise<Part> {
  const told = (count: number): Promise<Conditioning> => conditionsOf(flow, run, count);
  if (restores(run)) return reportRestored(await restored(flow, 64, await told(64)));
  const conditions = await told(64);
  const [samples, seconds] = await timed(() => flow.sample({ count: 64, key: key.child("samples"), ...tolerances, ...conditions }));
  const times = tenTimes(flow);
  const states = await flow.trajectory({ count: 8, key: key.child("trajectory"), times, solver: "midpoint", steps: 36, ...(await told(8)) });
  return {
    rows: [{ label: "sampling", value: `${formatSeconds(seconds)}, ${samples.nfe.toFixed(0)} NFE`, note: "64 images, dopri5, rtol = atol = 1e-5" }],
    figures: [
      {
        id: "samples",
        title: "Samples",
        caption: "64 images drawn from the flow with dopri5 at rtol = atol = 1e-5, the first of the seed: none is picked.",
        svg: await imageGridFigure(pixelsOf(samples)),
      },
      {
        id: "trajectories",
        title: "From noise to data",
        caption: "Eight images at ten times, t = 0 to 1 (midpoint, 36 steps).",
        svg: await imageTrajectoryFigure({
          times,
          // Trajectories are in model space, [−1, 1].
          states: states.map(({ values, shape }) => pixelsOf({ values: values.map((y) => 128 * (y + 1)), shape })),
        }),
      },
    ],
  };
}

async function reportRestored(images: Examples): Promise<Part> {
  const caption = "64 test images from their smaller versions, by the regression alone.";
  return { rows: [], figures: [{ id: "samples", title: "Restored", caption, svg: await imageGridFigure(pixelsOf(images)) }] };
}
