import { dependOn } from "../session/depend-on.ts";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import { SaveLinks } from "../controls/save-links.tsx";
import { saveImages } from "../keep/picture-file.ts";
import { drawing, drawnImages, openedImages, wantedImages } from "../session/images.ts";
import { time } from "./clock.ts";
import { colours, rgba } from "./colours.ts";
import { drawImageGrid, gridOf, imagesAt } from "./image-grid.ts";
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
      const run = openedImages.peek();
      if (run) drawImageGrid(context, gridOf(wantedImages.peek(), canvas.width, canvas.height, ratio), imagesAt(drawnImages.peek(), time.peek(), run.shape));
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
  const run = openedImages.value;
  const count = drawnImages.value.reduce((sum, frames) => sum + frames.count, 0);
  return (
    <figure class="plot">
      <canvas ref={ref} class="plot-canvas" role="img" aria-busy={drawing.value} aria-label={`${count} images on their way from noise`} />
      {count === 0 ? <figcaption>{run ? "Drawing …" : "Open a run to see its images"}</figcaption> : null}
      {run && count > 0 ? <SaveLinks what="these images" save={(kind) => saveImages(run.name, run.shape, drawnImages.peek(), kind)} /> : null}
    </figure>
  );
}
