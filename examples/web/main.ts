/** @file Trains a flow on two moons in a worker, and samples it: the page stays free. */
import { Key, mlp, otPath, pointSets, trainFlow, trainingPoints } from "fluxion";
import { workerRuntime } from "@fluxion/web";

const runtime = await workerRuntime({
  worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
  wasmPaths: "/ort/",
});
const { kind, threads, notes = [] } = runtime.device;
console.log(`on ${kind}, ${threads} thread${threads === 1 ? "" : "s"}`, ...notes);

const key = Key.from(1);
const { training: data } = trainingPoints(pointSets.moons.sample(key.child("data"), 2000), [2000, 2], { holdOutKey: key.child("held out") });
const flow = await trainFlow({
  runtime,
  model: mlp({ dimension: 2, width: 32, depth: 2 }),
  path: otPath(),
  data,
  key: key.child("training"),
  steps: 200,
  onProgress: ({ step, losses }) => console.log(`step ${step}: loss ${losses.at(-1)?.toFixed(3) ?? ""}`),
});
const { values } = await flow.sample({ count: 100, key: key.child("samples") });
Object.assign(self, { samples: values });
