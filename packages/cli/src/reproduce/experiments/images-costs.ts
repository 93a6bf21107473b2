/** @file What measuring images will cost, from a few evaluations of the study's network, trained or not. */
import { sizeOf } from "@fluxion/graph";
import { createFlow, initParameters, Key, otPath } from "fluxion";
import { modelOf } from "../../network.ts";
import { openImageSplit } from "../../task.ts";
import { typicalNfe } from "../../typical-nfe.ts";
import { optionsOf, runtimeOf } from "../study.ts";
import type { Study } from "../study.ts";

/** Seconds an image. */
export interface ImageCosts {
  /** One evaluation of the network. */
  readonly evaluation: number;
  /** A sample of dopri5 at 1e-5. */
  readonly sample: number;
  /** A likelihood by dopri5 at 1e-5 with one Hutchinson probe. */
  readonly likelihood: number;
}

const [images, steps] = [64, 4] as const;

/** What an image costs, measured once. */
export const costsOf = (study: Study): Promise<ImageCosts> =>
  study.opened("costs", async () => {
    const options = optionsOf(study);
    const [, ...image] = (await openImageSplit(options, "test")).reader.shape;
    const model = modelOf(options, image);
    const flow = createFlow({ runtime: await runtimeOf(study), model, params: initParameters(model, Key.from(0)), path: otPath() });
    const { superResolution: factor } = model;
    const told = factor === undefined ? {} : { lowResolution: new Float32Array((images * sizeOf(image)) / factor ** 2) };
    const solving = { key: Key.from(0), solver: "euler", ...told } as const;
    const data = new Float32Array(images * sizeOf(image));
    const evaluation = await secondsOf((count) => flow.sample({ count: images, ...solving, steps: count }));
    const withDivergence = await secondsOf((count) => flow.logProb(data, { divergence: "hutchinson", ...solving, steps: count }));
    await flow.dispose();
    return { evaluation, sample: typicalNfe.images * evaluation, likelihood: typicalNfe.images * withDivergence };
  });

/** Seconds of one step and image. Load can only add to a time, so that the shorter of two tells more. */
async function secondsOf(solve: (steps: number) => Promise<unknown>): Promise<number> {
  // The first call compiles.
  await solve(1);
  let least = Infinity;
  for (let i = 0; i < 2; i++) {
    const started = performance.now();
    await solve(steps);
    least = Math.min(least, performance.now() - started);
  }
  return least / 1000 / steps / images;
}
