/** @file Images in rows and columns. */
import type { ImageFrames } from "../lab/image-lab.ts";
import { frameAt } from "./particles.ts";

/** Channels, height and width. */
export type ImageShape = readonly [number, number, number];

/** Where squares stand in a picture: the left upper corner of each, and their side. */
export interface Grid {
  readonly side: number;
  readonly corners: readonly (readonly [number, number])[];
}

/** The grid of `count` squares in a picture; `unit` is a pixel of the page. */
export function gridOf(count: number, width: number, height: number, unit: number): Grid {
  const [gap, margin] = [10 * unit, 24 * unit];
  const columns = columnsOf(count, width / height);
  const rows = Math.ceil(count / columns);
  const side = Math.max(1, Math.min((width - 2 * margin + gap) / columns, (height - 2 * margin + gap) / rows) - gap);
  const [left, top] = [(width - columns * (side + gap) + gap) / 2, (height - rows * (side + gap) + gap) / 2];
  return { side, corners: Array.from({ length: count }, (_, i) => [left + (i % columns) * (side + gap), top + Math.floor(i / columns) * (side + gap)]) };
}

/** What full rows may cost of the squares' size. */
const fullRows = 1.15;

/** The columns that let squares be largest, or a little less where the last row is full. */
function columnsOf(count: number, aspect: number): number {
  const worth = Array.from({ length: count }, (_, i) => Math.min(aspect / (i + 1), 1 / Math.ceil(count / (i + 1))) * (count % (i + 1) === 0 ? fullRows : 1));
  return worth.indexOf(Math.max(...worth)) + 1;
}

/** Every image of some groups at a time, each on a canvas of its own size. */
export function* imagesAt(groups: readonly ImageFrames[], t: number, shape: ImageShape): Generator<HTMLCanvasElement> {
  for (const frames of groups) {
    for (let i = 0; i < frames.count; i++) yield imageOf(frames, i, t, shape);
  }
}

function imageOf({ count, times, pixels }: ImageFrames, i: number, t: number, [channels, height, width]: ImageShape): HTMLCanvasElement {
  const [before, share] = frameAt(times, t);
  const moment = Math.min(times.length - 1, before + Math.round(share));
  const size = channels * height * width;
  const first = (moment * count + i) * size;
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const value = (channel: number): number => pixels[first + (channels === 1 ? 0 : channel) * height * width + pixel] ?? 0;
    image.data.set([value(0), value(1), value(2), 255], 4 * pixel);
  }
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/** Draws images where their grid has them, pixel by pixel. */
export function drawImageGrid(context: CanvasRenderingContext2D, { side, corners }: Grid, images: Iterable<HTMLCanvasElement>): void {
  context.imageSmoothingEnabled = false;
  let at = 0;
  for (const image of images) {
    const [x = 0, y = 0] = corners[at++] ?? [];
    context.drawImage(image, x, y, side, side);
  }
}
