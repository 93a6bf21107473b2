import { checkSampleCount, imageMetrics, Key, psnr, ssim } from "fluxion";
import type { Conditioning, Examples, Flow, ImageReader, Measurement, PictureScores } from "fluxion";
import { cachedReference, nodeRuntime, openFeatureNetwork } from "@fluxion/node";
import type { Run } from "@fluxion/node";
import { conditionsOf, restored, restores } from "../conditions.ts";
import { floorOf, otherSplit } from "../floor.ts";
import { formatCount, formatMean } from "../format.ts";
import { pixelsOf } from "../pixels.ts";
import { parseOptions } from "../options.ts";
import { openImageSplit, partsOf } from "../task.ts";
import type { ImageSource } from "../task.ts";
import { nfeOf } from "../typical-nfe.ts";
import { drawSamples } from "./metrics-draw.ts";
import type { MetricsArguments, MetricsResult, Tell } from "./metrics-draw.ts";

/** SSIM's windows lie inside of the picture. */
const ssimWindow = 11;

/** FID and its kin of samples against images, by a feature network. */
export async function measureImageRun(run: Run, flow: Flow, args: MetricsArguments, tell: Tell): Promise<MetricsResult> {
  if (args.features === undefined) {
    throw new Error('--features: expected the ONNX file of a feature network, got none; make one with "fluxion features mnist --out features.onnx"');
  }
  const source = parseOptions(run.record.options, run.file("options.json"));
  const { data } = source;
  const { reader: images } = await openImageSplit(source, args.reference);
  checkShape(flow, images, data);
  // On the CPU wherever samples are drawn: references are kept and compared over devices.
  const network = await openFeatureNetwork(await nodeRuntime({ threads: args.threads }), args.features, { range: args.range });
  try {
    tell(`${network.name}: ${network.preparation}; generated images are rounded down to bytes`);
    // Of its own seed, so that one reference serves all seeds of samples.
    const key = Key.from(0).child("reference");
    const { reference, file, cached } = await cachedReference(network, images, { key, directory: args.cache });
    tell(`reference: ${formatCount(images.shape[0])} ${args.reference} images of ${data}, ${cached ? "from" : "now in"} ${file}`);
    checkSampleCount(args.samples, reference, args.leastSamples);
    const { path, objective } = partsOf(run.record);
    const told = (count: number): Promise<Conditioning> => conditionsOf(flow, run, count, 0);
    const drawn = await (restores(run)
      ? restoredTimed(flow, args.samples, await told(args.samples))
      : drawSamples(flow, args, nfeOf(path.kind, objective.kind).images, tell, told));
    const { data: pixels, shape } = pixelsOf(drawn);
    const measuring = { network, reference, key: Key.from(args.seed).child("metrics"), leastSamples: args.leastSamples };
    const measured = await imageMetrics({ ...measuring, samples: { values: pixels, shape } });
    const floor = await floorOf({ ...measuring, source, split: args.reference, count: args.samples, key: key.child("floor") }).catch((error: unknown) => {
      // A set may have one split only: that is no reason to lose the samples' numbers.
      tell(`no floor: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
    if (floor) tell(`data: as many ${otherSplit(args.reference)} images against the same reference`);
    const numbers: Record<string, number> = {};
    for (const [name, measurement] of Object.entries(measured) as [keyof typeof measured, Measurement][]) {
      const least = floor?.[name]?.value;
      tell(`  ${formatMeasurement(measurement, least)}`);
      numbers[name] = measurement.value;
      if (least !== undefined) numbers[`${name}Floor`] = least;
      if (measurement.spread !== undefined) numbers[`${name}Spread`] = measurement.spread;
    }
    for (const [name, { mean, standardError }] of Object.entries(await restorationScores(flow, source, { pixels, shape }))) {
      tell(`  ${name.toUpperCase().padEnd(10)} ${formatMean(mean, standardError, 4)}   (against the test images of the conditions, standard error over images)`);
      Object.assign(numbers, { [name]: mean, [`${name}Error`]: standardError });
    }
    return {
      ...numbers,
      samples: args.samples,
      network: network.name,
      networkId: network.id,
      reference: args.reference,
      referenceImages: reference.moments.count,
      nfe: drawn.nfe,
      seed: args.seed,
      solver: args.solver ?? "dopri5",
      seconds: drawn.seconds,
    };
  } finally {
    await network.dispose();
  }
}

/** PSNR, and SSIM where its window fits, of refined images against those whose smaller versions the network was told; nothing for other networks. */
async function restorationScores(
  { model }: Flow,
  source: ImageSource,
  { pixels, shape: [n = 0, ...image] }: { readonly pixels: Uint8Array; readonly shape: readonly number[] },
): Promise<Readonly<Record<string, PictureScores>>> {
  if (model.superResolution === undefined) return {};
  const { reader } = await openImageSplit(source, "test");
  const [drawn, truth] = [{ values: pixels, shape: [n, ...image] }, { values: new Uint8Array(pixels.length), shape: [n, ...image] }];
  // In their order, over and over where there are fewer than samples, as the conditions are.
  reader.read(Array.from({ length: n }, (_, i) => i % reader.shape[0]), truth.values);
  const smallest = Math.min(...image.slice(1));
  return { psnr: psnr(drawn, truth), ...(smallest >= ssimWindow && { ssim: ssim(drawn, truth) }) };
}

/** The images of a regression, with the seconds that they took. */
async function restoredTimed(flow: Flow, count: number, told: Conditioning): Promise<Examples & { readonly seconds: number }> {
  const started = performance.now();
  const images = await restored(flow, count, told);
  return { ...images, seconds: (performance.now() - started) / 1000 };
}

/** The reference must be pictures as the run draws them. */
function checkShape(flow: Flow, { shape: [, ...image] }: ImageReader, data: string): void {
  const drawn = flow.model.eventShape;
  if (drawn.join() === image.join()) return;
  throw new Error(`${data}: expected images [${drawn.join(", ")}] as the run draws them, got [${image.join(", ")}]; give the run the data that it was trained on`);
}

function formatMeasurement({ label, value, spread, note }: Measurement, floor: number | undefined): string {
  const number = spread === undefined ? value.toFixed(4) : formatMean(value, spread, 4);
  return `${label.padEnd(10)} ${number}${floor === undefined ? "" : `   data ${floor.toFixed(4)}`}   (${note})`;
}
