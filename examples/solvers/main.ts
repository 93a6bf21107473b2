/** @file Draws docs/images/solvers.png: the error of every solver against its evaluations, on a trained flow of the moons. */
import { writeFileSync } from "node:fs";
import { referenceRuntime } from "@fluxion/graph";
import { createFlow, isAdaptive, Key, mlp, otPath, pointSets, solvers, trainFlow, trainingPoints } from "fluxion";
import type { Flow, SolverName } from "fluxion";
import { curvesFigure, nodeRuntime, svgToPng } from "@fluxion/node";

const key = Key.from(1);
const points = pointSets.moons.sample(key.child("points"), 20_000);
const { training } = trainingPoints(points, [20_000, 2], { holdOutKey: key.child("held out") });
const model = mlp({ dimension: 2, width: 64 });
const runtime = await nodeRuntime();
const flow = await trainFlow({ runtime, model, path: otPath(), data: training, key: key.child("training"), steps: 5_000, learningRate: 5e-3, schedule: "polynomial" });

const count = 256;
const sample = (of: Flow, options: object) => of.sample({ count, key: key.child("samples"), ...options });
// The same network in float64: the errors measured below are those of the steps alone.
const { params, path, transform } = flow;
const exact = createFlow({ runtime: referenceRuntime(), model, params, path, transform });
const truth = await sample(exact, { solver: "dopri5", rtol: 1e-8, atol: 1e-8 });

const curves = [];
for (const [name, { b }] of Object.entries(solvers)) {
  const settings = isAdaptive(name as SolverName)
    ? [1e-1, 1e-2, 1e-3, 1e-4, 1e-5].map((tolerance) => ({ rtol: tolerance, atol: tolerance }))
    : [4, 8, 16, 32, 64, 128].map((evaluations) => ({ steps: evaluations / b.length }));
  const measured = [];
  for (const setting of settings.filter((each) => !("steps" in each) || Number.isInteger(each.steps))) {
    const { values, nfe } = await sample(flow, { solver: name, ...setting });
    const squares = Array.from(values, (value, i) => (value - (truth.values[i] ?? NaN)) ** 2);
    measured.push({ x: nfe, y: Math.sqrt(squares.reduce((a, b) => a + b, 0) / count) });
  }
  curves.push({ name, points: measured, dashed: isAdaptive(name as SolverName) });
}
const svg = await curvesFigure({
  title: "Error against evaluations",
  subtitle: "A flow of the moons, 256 points; dashed: adaptive, by tolerance from 1e-1 to 1e-5.",
  x: { title: "NFE", logarithmic: true },
  y: { title: "error", logarithmic: true },
  panels: [{ curves }],
});
writeFileSync(new URL("../../docs/images/solvers.png", import.meta.url), await svgToPng(svg));
