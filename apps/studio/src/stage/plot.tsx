import { dependOn } from "../session/depend-on.ts";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { SaveLinks } from "../controls/save-links.tsx";
import { saveScenes } from "../keep/picture-file.ts";
import { colours } from "./colours.ts";
import { time } from "./clock.ts";
import { drawScene } from "./draw-scene.ts";
import { ParticleLayer } from "./particles.ts";
import type { Scene } from "./scene.ts";
import type { Extent } from "./view.ts";
import { viewOf } from "./view.ts";

/** What a picture needs to know. */
export interface PlotProps {
  /** Said to who cannot see it. */
  readonly label: string;
  readonly caption?: string | undefined;
  readonly scene: ReadonlySignal<Scene>;
  readonly extent: ReadonlySignal<Extent>;
  /** Names the picture's file. Default: it is no file of its own. */
  readonly file?: string | undefined;
  /** Points of data space `[n, 2]` as a pointer moves over the picture; `done` with the last. */
  readonly onDraw?: ((points: readonly number[], done: boolean) => void) | undefined;
}

/** One picture of moving points, drawn whenever time, scene or size change, once a frame at most. */
export function Plot({ label, caption, scene, extent, file, onDraw }: PlotProps): VNode {
  const ref = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<number[] | undefined>(undefined);
  const handler = useRef(onDraw);
  handler.current = onDraw;

  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d", { alpha: false });
    if (!canvas || !context) return;
    const memory = { particles: new ParticleLayer() };
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      const ratio = ratioOf();
      const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
      const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      drawScene(context, scene.peek(), time.peek(), viewOf(extent.peek(), width, height), colours.peek(), ratio, memory);
    };
    const ask = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    const stop = effect(() => {
      dependOn(scene.value, extent.value, time.value, colours.value);
      ask();
    });
    const sizes = new ResizeObserver(ask);
    sizes.observe(canvas);
    return () => {
      stop();
      sizes.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [scene, extent]);

  const place = (event: PointerEvent): readonly [number, number] => {
    const canvas = ref.current;
    if (!canvas) return [0, 0];
    const box = canvas.getBoundingClientRect();
    const view = viewOf(extent.peek(), box.width, box.height);
    return [view.x(event.clientX - box.left), view.y(event.clientY - box.top)];
  };
  const begin = (event: PointerEvent): void => {
    if (!handler.current || event.button !== 0) return;
    ref.current?.setPointerCapture(event.pointerId);
    drawing.current = [...place(event)];
    handler.current(drawing.current, false);
  };
  const move = (event: PointerEvent): void => {
    if (!drawing.current) return;
    // All the points between two frames, where the browser tells them.
    const events = event.getCoalescedEvents();
    for (const one of events.length > 0 ? events : [event]) drawing.current.push(...place(one));
    handler.current?.(drawing.current, false);
  };
  const end = (): void => {
    const points = drawing.current;
    drawing.current = undefined;
    if (points) handler.current?.(points, true);
  };

  return (
    <figure class="plot">
      <canvas
        ref={ref}
        role="img"
        aria-label={label}
        class={onDraw ? "plot-canvas is-drawable" : "plot-canvas"}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      />
      {caption === undefined ? null : <figcaption>{caption}</figcaption>}
      {file === undefined ? null : <SaveLinks what="this picture" save={(kind) => saveScenes(file, [scene.peek()], kind)} />}
    </figure>
  );
}

/** Device pixels to a pixel of the page; more than two are not seen. */
export const ratioOf = (): number => Math.min(2, devicePixelRatio || 1);
