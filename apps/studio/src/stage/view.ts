/** @file From data space to pixels. */

/** The part of data space that must be seen. */
export interface Extent {
  readonly x: number;
  readonly y: number;
  /** Half its width and its height. */
  readonly halves: readonly [number, number];
  /** The larger of the two. */
  readonly half: number;
}

/** Where points stand on a canvas. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly px: (x: number) => number;
  readonly py: (y: number) => number;
  readonly x: (px: number) => number;
  readonly y: (py: number) => number;
}

/** The extent of points `[n, 2]`, with room for noise of their own mean and deviation. */
export function extentOf(points: Float32Array): Extent {
  const [across, up] = [0, 1].map((column) => {
    const values = points.filter((_, i) => i % 2 === column);
    const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, values.length);
    const reach = values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
    return { mean, half: Math.max(1.1 * reach, 2.3 * Math.sqrt(variance)) || 1 };
  });
  const halves = [across?.half ?? 1, up?.half ?? 1] as const;
  return { x: across?.mean ?? 0, y: up?.mean ?? 0, halves, half: Math.max(...halves) };
}

/** The part of a canvas that the extent fills: particles stray beyond it. */
const filled = 0.95;

/** Fits an extent into a canvas of some size, the second coordinate upwards. */
export function viewOf({ x, y, halves }: Extent, width: number, height: number): View {
  const scale = filled * Math.min(width / halves[0], height / halves[1]) / 2;
  return {
    width,
    height,
    scale,
    px: (value) => width / 2 + (value - x) * scale,
    py: (value) => height / 2 - (value - y) * scale,
    x: (px) => x + (px - width / 2) / scale,
    y: (py) => y - (py - height / 2) / scale,
  };
}
