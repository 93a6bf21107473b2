import type { Colours } from "./colours.ts";
import { rgba } from "./colours.ts";
import { drawCarried, drawData, drawField, drawHeat, drawLines, drawStroke, heatPicture } from "./layers.ts";
import type { ParticleLayer } from "./particles.ts";
import type { HeatMap, Scene } from "./scene.ts";
import type { View } from "./view.ts";

/** What a picture keeps between two drawings. */
export interface Memory {
  readonly particles: ParticleLayer;
  heat?: { readonly map: HeatMap; readonly colours: Colours; readonly picture: HTMLCanvasElement } | undefined;
}

/** Draws a scene at a time. `ratio` is device pixels to a pixel of the page. */
export function drawScene(context: CanvasRenderingContext2D, scene: Scene, t: number, view: View, colours: Colours, ratio: number, memory: Memory): void {
  context.fillStyle = rgba(colours.paper);
  context.fillRect(0, 0, view.width, view.height);
  const { heat, data, field, lines, particles, carried, stroke } = scene;
  if (heat) {
    if (memory.heat?.map !== heat || memory.heat.colours !== colours) memory.heat = { map: heat, colours, picture: heatPicture(heat, colours.accent) };
    drawHeat(context, memory.heat.picture, heat, view);
  }
  if (data) drawData(context, data, view, colours.ink, ratio);
  if (field) drawField(context, field, t, view, colours.ink, ratio);
  if (particles) {
    if (lines) drawLines(context, particles, t, view, colours.accent, { width: ratio });
    memory.particles.draw(context, particles, t, view, heat ? colours.ink : colours.accent, radiusOf(particles.count, (view.width * view.height) / ratio ** 2) * ratio, opacityOf(particles.count));
  }
  for (const frames of carried ?? []) drawCarried(context, frames, t, view, colours, ratio);
  if (stroke) drawStroke(context, stroke, view, colours.accent, ratio);
}

/** Many particles are small ones, and so are those of a small picture. */
export const radiusOf = (count: number, area: number): number => Math.min(2.3, Math.max(0.95, 0.078 * Math.sqrt(area / Math.max(1, count))));
/** Where they are many, they shine through each other. */
export const opacityOf = (count: number): number => Math.min(0.85, Math.max(0.5, 30 / Math.sqrt(count)));
