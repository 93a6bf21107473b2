/** @file Thousands of round particles a frame: coverage is added up in memory and drawn as one picture. */
import type { Frames } from "../lab/frames.ts";
import type { View } from "./view.ts";

/** A colour, each part 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Offsets of a particle's centre within a pixel that have a stamp of their own, along each axis. */
const offsets = 4;

/** Draws particles on a canvas of its own, to be put over others. */
export class ParticleLayer {
  readonly #canvas = document.createElement("canvas");
  #image: ImageData | undefined;
  #words = new Uint32Array(0);
  #stamps: { readonly radius: number; readonly side: number; readonly tables: readonly Uint8Array[] } | undefined;

  /** Draws the particles of a time between two frames. */
  draw(target: CanvasRenderingContext2D, frames: Frames, t: number, view: View, colour: Rgb, radius: number, opacity: number): void {
    const context = this.#context(view.width, view.height);
    if (!context || !this.#image) return;
    const [r, g, b] = colour;
    this.#words.fill((b << 16) | (g << 8) | r);
    const { side, tables } = this.#stampsOf(radius, opacity);
    const bytes = this.#image.data;
    const half = (side - 1) / 2;
    const [from, share] = frameAt(frames.times, t);
    const [first, second] = [2 * frames.count * from, 2 * frames.count * Math.min(from + 1, frames.times.length - 1)];
    const { positions } = frames;
    for (let i = 0; i < 2 * frames.count; i += 2) {
      const x = (positions[first + i] ?? 0) * (1 - share) + (positions[second + i] ?? 0) * share;
      const y = (positions[first + i + 1] ?? 0) * (1 - share) + (positions[second + i + 1] ?? 0) * share;
      const [px, py] = [view.px(x), view.py(y)];
      if (!(px > half + 1 && py > half + 1 && px < view.width - half - 2 && py < view.height - half - 2)) continue;
      const [column, row] = [Math.floor(px), Math.floor(py)];
      const table = tables[Math.floor((py - row) * offsets) * offsets + Math.floor((px - column) * offsets)];
      if (!table) continue;
      let at = 0;
      for (let dy = -half; dy <= half; dy++) {
        let byte = ((row + dy) * view.width + column - half) * 4 + 3;
        for (let dx = 0; dx < side; dx++, byte += 4, at++) {
          const before = bytes[byte] ?? 0;
          bytes[byte] = before + (((255 - before) * (table[at] ?? 0)) >> 8);
        }
      }
    }
    context.putImageData(this.#image, 0, 0);
    target.drawImage(this.#canvas, 0, 0);
  }

  #context(width: number, height: number): CanvasRenderingContext2D | null {
    const context = this.#canvas.getContext("2d");
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = context?.createImageData(width, height);
      this.#words = this.#image ? new Uint32Array(this.#image.data.buffer) : new Uint32Array(0);
    }
    return context;
  }

  #stampsOf(radius: number, opacity: number): { readonly side: number; readonly tables: readonly Uint8Array[] } {
    if (this.#stamps?.radius === radius * 1000 + opacity) return this.#stamps;
    const half = Math.ceil(radius + 0.5);
    const side = 2 * half + 1;
    const tables = Array.from({ length: offsets * offsets }, (_, i) => {
      const [ox, oy] = [((i % offsets) + 0.5) / offsets - 0.5, (Math.floor(i / offsets) + 0.5) / offsets - 0.5];
      return Uint8Array.from({ length: side * side }, (_, at) => {
        const distance = Math.hypot((at % side) - half - ox, Math.floor(at / side) - half - oy);
        return 255 * opacity * Math.min(1, Math.max(0, radius + 0.5 - distance));
      });
    });
    this.#stamps = { radius: radius * 1000 + opacity, side, tables };
    return this.#stamps;
  }
}

/** The frame before a time, and how far the time is on the way to the next. */
export function frameAt(times: readonly number[], t: number): readonly [number, number] {
  const last = times.length - 1;
  const next = times.findIndex((time) => time > t);
  if (next === 0) return [0, 0];
  if (next < 0) return [last, 0];
  const [before = 0, after = 1] = [times[next - 1], times[next]];
  return [next - 1, (t - before) / (after - before)];
}
