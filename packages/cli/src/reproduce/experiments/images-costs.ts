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

/** Images at once, fewer where one takes long: a prediction must not take minutes itself. */
const mostImages = 64;
const steps = 4;

/** What an image costs, measured once. */
export const costsOf = (study: Study): Promise<ImageCosts> =>
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
    return { evaluation, sample: typicalNfe.images * evaluation, likelihood: typicalNfe.images * withDivergence };
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
