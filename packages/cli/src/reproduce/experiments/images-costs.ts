/** @file What measuring images will cost, from a few evaluations of the study's network, trained or not. */
import { sizeOf } from "@fluxion/graph";
import { createFlow, initParameters, Key, otPath } from "fluxion";
import { modelOf } from "../../network.ts";
import { openImageSplit } from "../../task.ts";
import { batchOf } from "../../trainer.ts";
import { optionsOf, runtimeOf } from "../study.ts";
import type { Study } from "../study.ts";
import { secondsOfAll } from "./solve-costs.ts";
import type { Costs, Solve } from "./solve-costs.ts";

/** Solves that are to be done. */
export interface Solves extends Solve {
  readonly images: number;
}

/** Seconds that solves take; the divergence is Hutchinson's by one probe. */
export const secondsOfSolves = (study: Study, solves: readonly Solves[]): Promise<number> =>
  secondsOfAll("images", solves.map((solve) => [solve, solve.images]), () => costsOf(study));

/** Forwards and backwards through a network, in evaluations. */
const trainingEvaluations = 3;

/** Seconds of so many training steps of one method on images. */
export async function secondsOfSteps(study: Study, count: number): Promise<number> {
  const options = optionsOf(study);
  const [, ...image] = (await openImageSplit(options, "test")).reader.shape;
  return count * batchOf(options, modelOf(options, image)) * trainingEvaluations * (await costsOf(study)).sample;
}

/** Images at once, fewer where one takes long: a prediction must not take minutes itself. */
const mostImages = 64;
const steps = 4;

/** What an image costs, measured once. */
const costsOf = (study: Study): Promise<Costs> =>
  study.opened("costs", async () => {
    const options = optionsOf(study);
    const [, ...image] = (await openImageSplit(options, "test")).reader.shape;
    const model = modelOf(options, image);
    const flow = createFlow({ runtime: await runtimeOf(study), model, params: initParameters(model, Key.from(0)), path: otPath() });
    const { superResolution: factor } = model;
    const solving = { key: Key.from(0), solver: "euler" } as const;
    const told = (images: number) => (factor === undefined ? {} : { lowResolution: new Float32Array((images * sizeOf(image)) / factor ** 2) });
    const sample = (images: number, steps: number): Promise<unknown> => flow.sample({ count: images, ...solving, ...told(images), steps });
    const density = (images: number, steps: number): Promise<unknown> =>
      flow.logProb(new Float32Array(images * sizeOf(image)), { divergence: "hutchinson", ...solving, ...told(images), steps });
    const evaluation = await secondsOf(sample);
    const withDivergence = await secondsOf(density);
    await flow.dispose();
    return { sample: evaluation, density: withDivergence };
  });

/** Seconds of one step and image. Load can only add to a time, so that the shorter of two tells more. */
async function secondsOf(solve: (images: number, steps: number) => Promise<unknown>): Promise<number> {
  const timed = async (images: number, steps: number): Promise<number> => {
    const started = performance.now();
    await solve(images, steps);
    return (performance.now() - started) / 1000 / steps / images;
  };
  // The first call compiles.
  await solve(1, 1);
  const images = Math.max(1, Math.min(mostImages, Math.floor(1 / (await timed(1, 1)))));
  return Math.min(await timed(images, steps), await timed(images, steps));
}
