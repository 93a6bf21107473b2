import { Key, pooledReader, psnr, readImages, ssim } from "fluxion";
import { imageGridFigure } from "@fluxion/node";
import type { ImageBatch } from "@fluxion/node";
import { conditionsOf, restored, restores } from "../../conditions.ts";
import { parseOptions } from "../../options.ts";
import { pixelsOf } from "../../pixels.ts";
import { openImageSplit } from "../../task.ts";
import type { Experiment } from "../experiment.ts";
import { all, less, twoErrors } from "../findings.ts";
import type { Claim } from "../findings.ts";
import { superResolutions } from "../methods.ts";
import type { MethodId } from "../methods.ts";
import { optionsOf } from "../study.ts";
import type { Study } from "../study.ts";
import { secondsOfSolves } from "./images-costs.ts";
import { scoresOf, secondsOfFeatures } from "./images-features.ts";
import { countOf } from "./images-measures.ts";

/** The paper's Table 2, ImageNet 64 to 256: FID, IS, PSNR, SSIM. */
const paper: Readonly<Record<string, readonly string[]>> = {
  Reference: ["1.9", "240.8", "–", "–"],
  Regression: ["15.2", "121.1", "27.9", "0.801"],
  SR3: ["5.2", "180.1", "26.4", "0.762"],
  "FM w/ OT": ["3.4", "200.8", "24.7", "0.747"],
};

/** Parts whose inception scores deviate from one another. */
const inceptionSplits = 10;

/** Scores, those with an error by their mean and its standard error. */
export interface Scores {
  readonly frechet: number;
  readonly kernel?: number | undefined;
  readonly kernelError?: number | undefined;
  readonly inceptionScore: number;
  readonly inceptionError?: number | undefined;
  readonly psnr: number;
  readonly psnrError?: number | undefined;
  readonly ssim: number;
  readonly ssimError?: number | undefined;
}

/** Super-resolution by a flow, beside the regression. */
export const table2: Experiment = {
  name: "table2",
  paper: "Table 2",
  about: "super-resolution: a flow beside the regression baseline",
  study: "super-resolution",
  methods: superResolutions.map(({ id }) => id),
  predict: async (study) => {
    const images = countOf(study, "samples");
    // The regression evaluates once.
    const left = superResolutions.filter(({ id }) => !study.has(imagesName(id, images))).map(({ id }) => ({ id, images, ...(id === "regression" && { nfe: 1 }) }));
    return (await secondsOfSolves(study, left)) + (await secondsOfFeatures(study));
  },
  run: async (study) => {
    const count = countOf(study, "samples");
    const truth = await testImages(study, "regression", count);
    const rows: { label: string; scores: Scores }[] = [{ label: "Reference", scores: await study.measured("reference-scores", () => score(study, truth, truth)) }];
    const grids: { label: string; images: ImageBatch }[] = [
      { label: "Reference", images: truth },
      { label: "Low resolution", images: await testImages(study, "regression", 64, optionsOf(study).superResolution) },
    ];
    for (const { id, label } of superResolutions) {
      study.say(`measuring ${label}`);
      const images = await draw(study, id, count);
      rows.push({ label, scores: await study.measured(`${id}/scores`, () => score(study, images, truth)) });
      grids.push({ label, images });
    }
    const [, , height = 0, width = 0] = truth.shape;
    const sizes = [optionsOf(study).superResolution ?? 1, 1].map((factor) => `${String(height / factor)}×${String(width / factor)}`);
    const figures = await Promise.all(
      grids.map(async ({ label, images }) => ({
        id: `table2-${label.replaceAll(/[^A-Za-z]+/g, "-").toLowerCase()}`,
        title: label,
        caption: `The first 64 test images: ${label}.`,
        svg: await imageGridFigure(first(images, 64), { title: `Super-resolution: ${label}`, subtitle: `${sizes.join(" to ")}, the first 64 test images in their order.` }),
      })),
    );
    const of = (name: string): Scores | undefined => rows.find(({ label }) => label === name)?.scores;
    return {
      rows: [],
      tables: [
        {
          title: "Table 2 at this scale, beside the paper's ImageNet 64 to 256",
          columns: ["method", "Fréchet", "kernel (KID)", "IS", "PSNR", "SSIM", "paper: FID", "paper: IS", "paper: PSNR", "paper: SSIM"],
          rows: [
            ...rows.map(({ label, scores }) => [
              label,
              scores.frechet.toFixed(2),
              `${(scores.kernel ?? NaN).toFixed(4)} ± ${(scores.kernelError ?? NaN).toFixed(4)}`,
              scores.inceptionScore.toFixed(2),
              label === "Reference" ? "–" : scores.psnr.toFixed(1),
              label === "Reference" ? "–" : scores.ssim.toFixed(3),
              ...(paper[label] ?? []),
            ]),
            // Diffusion with many steps (Saharia et al. 2022), which we do not train.
            ["SR3", "–", "–", "–", "–", "–", ...(paper["SR3"] ?? [])],
          ],
          note: `Ours: ${String(count)} test images, made four times smaller by averaging; features and classes of our own network, against ten thousand images of training; the reference row is the test images themselves, below which nothing comes for long; one sample of dopri5 at 1e-5 an image.`,
        },
      ],
      figures,
      claims: claimsOf({ regression: of("Regression"), flow: of("FM w/ OT") }),
      data: { rows },
    };
  },
};

/** The paper's claims about the flow beside the regression. */
export function claimsOf({ regression, flow }: Readonly<Record<"regression" | "flow", Scores | undefined>>): Claim[] {
  const numbers = (value: (scores: Scores) => number | undefined): readonly [number, number] => [
    (flow && value(flow)) ?? NaN,
    (regression && value(regression)) ?? NaN,
  ];
  const both = (value: (scores: Scores) => number | undefined, digits: number): string => {
    const [own, other] = numbers(value);
    return `${own.toFixed(digits)} against the regression's ${other.toFixed(digits)}`;
  };
  const [frechet, kernel, inception] = [numbers(({ frechet }) => frechet), numbers(({ kernel }) => kernel), numbers(({ inceptionScore }) => inceptionScore)];
  const [decibels, structure] = [numbers(({ psnr }) => psnr), numbers(({ ssim }) => ssim)];
  return [
    {
      claim: "The flow's images are better by Fréchet distance and inception score",
      source: "§6.3, Table 2",
      criterion: "the lower Fréchet distance, and by more than two standard errors the lower kernel distance of the same features and the higher inception score",
      holds: all([
        less(...frechet, 0),
        less(...kernel, twoErrors(...numbers(({ kernelError }) => kernelError))),
        less(inception[1], inception[0], twoErrors(...numbers(({ inceptionError }) => inceptionError))),
      ]),
      evidence: `Fréchet ${both(({ frechet }) => frechet, 2)}, kernel distance ${both(({ kernel }) => kernel, 4)}, IS ${both(({ inceptionScore }) => inceptionScore, 2)}`,
    },
    {
      claim: "The regression has the better PSNR and SSIM, which favour blur",
      source: "§6.3, Table 2",
      criterion: "both are higher by more than two standard errors",
      holds: all([less(...decibels, twoErrors(...numbers(({ psnrError }) => psnrError))), less(...structure, twoErrors(...numbers(({ ssimError }) => ssimError)))]),
      evidence: `the flow's PSNR ${both(({ psnr }) => psnr, 1)}, SSIM ${both(({ ssim }) => ssim, 3)}`,
    },
  ];
}

/** The first test images, and what the networks are told of them. */
async function testImages(study: Study, id: MethodId, count: number, factor = 1): Promise<ImageBatch> {
  const run = study.run(id);
  const { reader } = await openImageSplit(parseOptions(run.record.options, run.file("options.json")), "test");
  const { pixels, shape } = readImages(factor === 1 ? reader : pooledReader(reader, factor), Math.min(count, reader.shape[0]));
  return { data: pixels, shape };
}

function first({ data, shape: [n = 0, ...image] }: ImageBatch, count: number): ImageBatch {
  const kept = Math.min(n, count);
  return { data: data.subarray(0, (data.length / n) * kept), shape: [kept, ...image] };
}

const imagesName = (id: MethodId, count: number): string => `${id}/images-${String(count)}`;

/** Images of a method from those of low resolution, kept as they are the dear part. */
async function draw(study: Study, id: MethodId, count: number): Promise<ImageBatch> {
  const { data, shape } = await study.measured(imagesName(id, count), async () => {
    const [run, flow] = [study.run(id), await study.flow(id)];
    const told = await conditionsOf(flow, run, count);
    const key = Key.from(study.scale.seed).child("reproduce", "noise");
    const images = restores(run) ? await restored(flow, count, told) : await flow.sample({ count, key, rtol: 1e-5, atol: 1e-5, ...told });
    await flow.dispose();
    const pixels = pixelsOf(images);
    return { data: [...pixels.data], shape: [...pixels.shape] };
  });
  return { data: Uint8Array.from(data), shape };
}

async function score(study: Study, images: ImageBatch, truth: ImageBatch): Promise<Scores> {
  const { fid, kid, inceptionScore } = await scoresOf(study, images, "train");
  const [a, b] = [images, truth].map(({ data, shape }) => ({ values: data, shape }));
  if (!a || !b) throw new Error("internal: no images");
  const [decibels, structure] = [psnr(a, b), ssim(a, b)];
  return {
    frechet: fid.value,
    kernel: kid.value,
    kernelError: kid.spread,
    inceptionScore: inceptionScore?.value ?? NaN,
    inceptionError: (inceptionScore?.spread ?? NaN) / Math.sqrt(inceptionSplits),
    psnr: decibels.mean,
    psnrError: decibels.standardError,
    ssim: structure.mean,
    ssimError: structure.standardError,
  };
}
