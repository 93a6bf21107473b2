/** @file The layers of a picture. */
import type { Frames } from "../lab/frames.ts";
import type { Colours } from "./colours.ts";
import { rgba } from "./colours.ts";
import type { Rgb } from "./particles.ts";
import { frameAt } from "./particles.ts";
import type { FieldGrid, HeatMap } from "./scene.ts";
import type { View } from "./view.ts";

type Context = CanvasRenderingContext2D;

/** Nats below the highest log-density at which the map is empty. */
export const heatDepth = 7;

/** Points as small squares, faint. */
export function drawData(context: Context, points: Float32Array, view: View, colour: Rgb, ratio: number): void {
  const small = Math.min(view.width, view.height) < 450 * ratio;
  const size = Math.max(1, (small ? 1 : 1.5) * ratio);
  context.fillStyle = rgba(colour, small ? 0.2 : 0.26);
  for (let i = 0; i < points.length; i += 2) {
    context.fillRect(view.px(points[i] ?? 0) - size / 2, view.py(points[i + 1] ?? 0) - size / 2, size, size);
  }
}

/** A log-density as the strength of one colour. */
export function heatPicture({ side, logDensity }: HeatMap, [r, g, b]: Rgb): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const image = new ImageData(side, side);
  const top = logDensity.reduce((most, value) => (value > most ? value : most), -Infinity);
  logDensity.forEach((value, i) => {
    const strength = Math.min(1, Math.max(0, 1 + (value - top) / heatDepth));
    image.data.set([r, g, b, 200 * strength ** 1.6], 4 * i);
  });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/** Puts a heat map where it belongs. */
export function drawHeat(context: Context, picture: HTMLCanvasElement, { x, y, half }: HeatMap, view: View): void {
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  const side = 2 * half * view.scale;
  context.drawImage(picture, view.px(x - half), view.py(y + half), side, side);
}

/** A place on a picture, in pixels. */
type Place = readonly [number, number];

/** Arrows of a field at a time, each as the line through tail, tip, barb, tip and barb; the longest fills its cell. */
export function* arrowsOf({ points, times, velocities, spacing }: FieldGrid, t: number, view: View, ratio: number): Generator<readonly Place[]> {
  const [from, share] = frameAt(times, t);
  const first = from * points.length;
  const second = Math.min(from + 1, times.length - 1) * points.length;
  const at = (i: number): number => (velocities[first + i] ?? 0) * (1 - share) + (velocities[second + i] ?? 0) * share;
  const speeds = Array.from({ length: points.length / 2 }, (_, i) => Math.hypot(at(2 * i), at(2 * i + 1))).sort((a, b) => a - b);
  // Not the very longest: one wild corner would make all others invisible.
  const long = speeds[Math.floor(0.9 * speeds.length)] ?? 1;
  const reach = 0.85 * spacing * view.scale;
  for (let i = 0; i < points.length; i += 2) {
    const [vx, vy] = [at(i), at(i + 1)];
    const speed = Math.hypot(vx, vy);
    if (!(speed > 0)) continue;
    const length = reach * Math.min(1, speed / (long || 1));
    const [dx, dy] = [(vx / speed) * length, (-vy / speed) * length];
    const [x, y] = [view.px(points[i] ?? 0) - dx / 2, view.py(points[i + 1] ?? 0) - dy / 2];
    const head = Math.min(0.35 * length, 5 * ratio);
    const tip: Place = [x + dx, y + dy];
    const barb = (turn: number): Place => {
      const angle = Math.atan2(dy, dx) + turn;
      return [tip[0] + head * Math.cos(angle), tip[1] + head * Math.sin(angle)];
    };
    yield [[x, y], tip, barb(2.6), tip, barb(-2.6)];
  }
}

/** Draws the arrows of a field. */
export function drawField(context: Context, field: FieldGrid, t: number, view: View, colour: Rgb, ratio: number): void {
  context.strokeStyle = rgba(colour, 0.5);
  context.lineWidth = 1.1 * ratio;
  context.lineCap = "round";
  context.beginPath();
  for (const arrow of arrowsOf(field, t, view, ratio)) {
    arrow.forEach(([x, y], i) => {
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
  }
  context.stroke();
}

/** The position of particle `i` at a frame, in pixels. */
const placeOf = ({ count, positions }: Frames, frame: number, i: number, view: View): readonly [number, number] => [
  view.px(positions[2 * (count * frame + i)] ?? 0),
  view.py(positions[2 * (count * frame + i) + 1] ?? 0),
];

/** The ways of the first particles: faint as a whole, strong up to a time. */
export function drawLines(context: Context, frames: Frames, t: number, view: View, colour: Rgb, { most = 70, width = 1, faint = 0.16, strong = 0.55 } = {}): void {
  const [from, share] = frameAt(frames.times, t);
  const count = Math.min(most, frames.count);
  context.lineJoin = "round";
  context.lineWidth = width;
  for (const [alpha, whole] of [[faint, true], [strong, false]] as const) {
    context.strokeStyle = rgba(colour, alpha);
    context.beginPath();
    for (let i = 0; i < count; i++) {
      const end = whole ? frames.times.length - 1 : from;
      for (let frame = 0; frame <= end; frame++) {
        const [x, y] = placeOf(frames, frame, i, view);
        if (frame === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      if (!whole && share > 0) {
        const [[ax, ay], [bx, by]] = [placeOf(frames, from, i, view), placeOf(frames, from + 1, i, view)];
        context.lineTo(ax + share * (bx - ax), ay + share * (by - ay));
      }
    }
    context.stroke();
  }
}

/** Points that somebody drew: larger, ringed by the paper's colour; a single one with its whole way. */
export function drawCarried(context: Context, frames: Frames, t: number, view: View, { ink, paper }: Colours, ratio: number): void {
  if (frames.count <= 12) drawLines(context, frames, t, view, ink, { most: 12, width: 1.6 * ratio, faint: 0.3, strong: 0.9 });
  const [from, share] = frameAt(frames.times, t);
  const next = Math.min(from + 1, frames.times.length - 1);
  const radius = (frames.count <= 12 ? 5 : 2.4) * ratio;
  context.fillStyle = rgba(ink);
  context.strokeStyle = rgba(paper);
  context.lineWidth = 1.2 * ratio;
  for (let i = 0; i < frames.count; i++) {
    const [[ax, ay], [bx, by]] = [placeOf(frames, from, i, view), placeOf(frames, next, i, view)];
    context.beginPath();
    context.arc(ax + share * (bx - ax), ay + share * (by - ay), radius, 0, 2 * Math.PI);
    context.stroke();
    context.fill();
  }
}

/** A stroke under way. */
export function drawStroke(context: Context, points: readonly number[], view: View, colour: Rgb, ratio: number): void {
  context.fillStyle = rgba(colour);
  for (let i = 0; i < points.length; i += 2) {
    context.beginPath();
    context.arc(view.px(points[i] ?? 0), view.py(points[i + 1] ?? 0), 2 * ratio, 0, 2 * Math.PI);
    context.fill();
  }
}
