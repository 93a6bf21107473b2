import { dependOn } from "../session/depend-on.ts";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import type { ImageFrames } from "../lab/image-lab.ts";
import { drawnImages, openedImages } from "../session/images.ts";
import { time } from "./clock.ts";
import { colours, rgba } from "./colours.ts";
import { frameAt } from "./particles.ts";
import { ratioOf } from "./plot.tsx";

/** Images in rows and columns, at the time shown. */
export function ImagePlot(): VNode {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d", { alpha: false });
    if (!canvas || !context) return;
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      const ratio = ratioOf();
      canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
      canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
      context.fillStyle = rgba(colours.peek().paper);
      context.fillRect(0, 0, canvas.width, canvas.height);
      drawGrid(context, time.peek(), ratio);
    };
    const ask = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    const stop = effect(() => {
      dependOn(drawnImages.value, openedImages.value, time.value, colours.value);
      ask();
    });
    const sizes = new ResizeObserver(ask);
    sizes.observe(canvas);
    return () => {
      stop();
      sizes.disconnect();
      cancelAnimationFrame(frame);
    };
  }, []);
  const count = drawnImages.value.reduce((sum, frames) => sum + frames.count, 0);
  return (
    <figure class="plot">
      <canvas ref={ref} class="plot-canvas" role="img" aria-label={`${count} images on their way from noise`} />
      {count === 0 ? <figcaption>{openedImages.value ? "Drawing …" : "Open a run to see its images"}</figcaption> : null}
    </figure>
  );
}

function drawGrid(context: CanvasRenderingContext2D, t: number, ratio: number): void {
  const run = openedImages.peek();
  const groups = drawnImages.peek();
  const count = groups.reduce((sum, frames) => sum + frames.count, 0);
  if (!run || count === 0) return;
  const { width, height } = context.canvas;
  const gap = 10 * ratio;
  const margin = 24 * ratio;
  const columns = columnsOf(count, width / height);
  const rows = Math.ceil(count / columns);
  const side = Math.min((width - 2 * margin + gap) / columns, (height - 2 * margin + gap) / rows) - gap;
  const [left, top] = [(width - columns * (side + gap) + gap) / 2, (height - rows * (side + gap) + gap) / 2];
  context.imageSmoothingEnabled = false;
  let at = 0;
  for (const frames of groups) {
    for (let i = 0; i < frames.count; i++, at++) {
      context.drawImage(pictureOf(frames, i, t, run.shape), left + (at % columns) * (side + gap), top + Math.floor(at / columns) * (side + gap), side, side);
    }
  }
}

/** The columns that let squares be largest. */
function columnsOf(count: number, aspect: number): number {
  const sides = Array.from({ length: count }, (_, i) => Math.min(aspect / (i + 1), 1 / Math.ceil(count / (i + 1))));
  return sides.indexOf(Math.max(...sides)) + 1;
}

function pictureOf({ count, times, pixels }: ImageFrames, i: number, t: number, [channels, height, width]: readonly [number, number, number]): HTMLCanvasElement {
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
