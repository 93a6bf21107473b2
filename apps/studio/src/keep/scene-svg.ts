/** @file A picture of moving points as an SVG file: the density as an image, everything else as shapes. */
import type { Colours } from "../stage/colours.ts";
import { rgba } from "../stage/colours.ts";
import { opacityOf, radiusOf } from "../stage/draw-scene.ts";
import { arrowsOf, heatPicture } from "../stage/layers.ts";
import { frameAt } from "../stage/particles.ts";
import type { Rgb } from "../stage/particles.ts";
import type { Frames } from "../lab/frames.ts";
import type { Scene } from "../stage/scene.ts";
import type { Extent, View } from "../stage/view.ts";
import { viewOf } from "../stage/view.ts";

/** Lines of a picture in a file. */
const mostLines = 70;

/** The shapes of a scene at a time, as they stand inside an SVG file. */
export function sceneSvg(scene: Scene, t: number, extent: Extent, width: number, height: number, colours: Colours): string {
  const view = viewOf(extent, width, height);
  const { heat, data, field, particles, lines, carried } = scene;
  const parts = [
    `<rect width="${width}" height="${height}" fill="${rgba(colours.paper)}"/>`,
    heat ? heatImage(heat, colours.accent, view) : "",
    data ? circles(pairsOf(data), view, colours.ink, 0.8, 0.3) : "",
    field ? arrows(field, t, view, colours.ink) : "",
    particles && lines === true ? ways(particles, view, colours.accent) : "",
    particles ? circles(at(particles, t), view, heat ? colours.ink : colours.accent, radiusOf(particles.count, width * height), opacityOf(particles.count)) : "",
    ...(carried ?? []).map((frames) => ways(frames, view, colours.ink) + circles(at(frames, t), view, colours.ink, 4, 1)),
  ];
  return parts.join("\n");
}

type Pair = readonly [number, number];
const digits = (value: number): string => String(Number(value.toFixed(2)));
const pairsOf = (points: ArrayLike<number>): Pair[] => Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i] ?? 0, points[2 * i + 1] ?? 0]);

function heatImage(heat: NonNullable<Scene["heat"]>, colour: Rgb, view: View): string {
  const side = digits(2 * heat.half * view.scale);
  const [x, y] = [view.px(heat.x - heat.half), view.py(heat.y + heat.half)].map(digits);
  return `<image x="${x ?? ""}" y="${y ?? ""}" width="${side}" height="${side}" preserveAspectRatio="none" href="${heatPicture(heat, colour).toDataURL()}"/>`;
}

function at({ count, times, positions }: Frames, t: number): Pair[] {
  const [from, share] = frameAt(times, t);
  const next = Math.min(from + 1, times.length - 1);
  const value = (frame: number, i: number): number => positions[2 * count * frame + i] ?? 0;
  const between = (i: number): number => (1 - share) * value(from, i) + share * value(next, i);
  return Array.from({ length: count }, (_, i) => [between(2 * i), between(2 * i + 1)]);
}

function circles(pairs: readonly Pair[], view: View, colour: Rgb, radius: number, opacity: number): string {
  const shapes = pairs.map(([x, y]) => `<circle cx="${digits(view.px(x))}" cy="${digits(view.py(y))}" r="${digits(radius)}"/>`);
  return `<g fill="${rgba(colour)}" fill-opacity="${opacity}">${shapes.join("")}</g>`;
}

function arrows(field: NonNullable<Scene["field"]>, t: number, view: View, colour: Rgb): string {
  const shapes = [...arrowsOf(field, t, view, 1)].map((places) => `M${places.map((place) => place.map(digits).join(" ")).join("L")}`);
  return `<path fill="none" stroke="${rgba(colour)}" stroke-opacity="0.5" stroke-width="1.1" stroke-linecap="round" d="${shapes.join("")}"/>`;
}

function ways({ count, times, positions }: Frames, view: View, colour: Rgb): string {
  const shapes = Array.from({ length: Math.min(mostLines, count) }, (_, i) => {
    const points = times.map((_time, frame) => `${digits(view.px(positions[2 * (count * frame + i)] ?? 0))},${digits(view.py(positions[2 * (count * frame + i) + 1] ?? 0))}`);
    return `<polyline points="${points.join(" ")}"/>`;
  });
  return `<g fill="none" stroke="${rgba(colour)}" stroke-opacity="0.5">${shapes.join("")}</g>`;
}
