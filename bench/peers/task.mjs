/** @file A training or sampling task on an opened library, timed; the same in Node and in a page. */
import { checkMlp } from "./problem.mjs";
import { dopri5, midpoint } from "./solvers.mjs";

/** What the benchmark asks: `run` gives seconds and losses or NFE, `result` the averaged weights or the last solve. */
export function makeTask(library, problem) {
  checkMlp(problem);
  if (problem.task === "training") return trainingTask(library.training(problem));
  if (problem.task === "sampling") return samplingTask(library.solve?.(problem) ?? solveWith(library.field(problem), problem));
  throw new Error(`peers: expected training or sampling, got ${problem.task}`);
}

function trainingTask(training) {
  return {
    run: async (count) => {
      const started = performance.now();
      const losses = await training.run(count);
      return { seconds: (performance.now() - started) / 1000, losses };
    },
    result: () => training.averages(),
  };
}

/** A library that has no solvers gives its field to those in here. */
const solveWith = (field, { pool, solver }) => () => ("steps" in solver ? midpoint(field, pool.x, solver.steps) : dopri5(field, pool.x, solver));

function samplingTask(solve) {
  let last;
  return {
    run: async (count) => {
      const started = performance.now();
      for (let i = 0; i < count; i++) last = await solve();
      return { seconds: (performance.now() - started) / 1000, nfe: last.nfe };
    },
    result: () => Promise.resolve(Float32Array.from(last.y)),
  };
}
