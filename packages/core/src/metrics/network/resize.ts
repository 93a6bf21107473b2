/** @file Pictures brought to the size and the numbers that a network wants. */

/** What becomes of 8-bit pictures before a network sees them. */
export interface Preparation {
  /** `[channels, height, width]` */
  readonly image: readonly [number, number, number];
  /** What 0 and 255 become. */
  readonly range: readonly [number, number];
  /** Whether pictures that shrink are smoothed, as PIL does; without, pixels are skipped. */
  readonly antialias: boolean;
}

/** For each new place, the first old place that counts, and weights from there on that add up to 1. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/**
 * Weights of bilinear resizing along one axis, edges kept in place (half-pixel centres): a triangle one pixel wide, or
 * as wide as a new pixel where `antialias` and the axis shrinks.
 */
function tapsOf(from: number, to: number, antialias: boolean): Taps {
  const step = from / to;
  const reach = antialias ? Math.max(1, step) : 1;
  const first = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * step - 0.5;
    // Without smoothing, places outside the picture are those of its edge.
    const at = antialias ? centre : Math.min(Math.max(centre, 0), from - 1);
    const low = Math.max(0, Math.ceil(at - reach));
    const high = Math.min(from - 1, Math.floor(at + reach));
    first[i] = low;
    const raw = Float64Array.from({ length: high - low + 1 }, (__, k) => Math.max(0, 1 - Math.abs(low + k - at) / reach));
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((weight) => weight / sum);
  });
  return { first, weights };
}

/**
 * A function that fills a batch: pictures `[n, channels, height, width]` of bytes to `[n, ...image]` in the range, grey
 * repeated where the network wants colours. Nothing is rounded on the way.
 */
export function preparer(
  [channels, height, width]: readonly [number, number, number],
  { image: [deep, high, wide], range: [low, top], antialias }: Preparation,
): (pixels: ArrayLike<number>, first: number, count: number, out: Float32Array) => void {
  const rows = height === high ? undefined : tapsOf(height, high, antialias);
  const columns = width === wide ? undefined : tapsOf(width, wide, antialias);
  const scale = (top - low) / 255;
  return (pixels, first, count, out) => {
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < deep; c++) {
        const from = ((first + i) * channels + (channels === 1 ? 0 : c)) * height * width;
        const plane = Float64Array.from({ length: height * width }, (_, k) => pixels[from + k] ?? 0);
        const narrow = columns ? alongRows(plane, height, width, columns) : plane;
        const resized = rows ? alongColumns(narrow, wide, rows) : narrow;
        const to = (i * deep + c) * high * wide;
        for (let k = 0; k < resized.length; k++) out[to + k] = low + scale * (resized[k] ?? 0);
      }
    }
  };
}

function alongRows(plane: Float64Array, height: number, width: number, { first, weights }: Taps): Float64Array {
  const wide = weights.length;
  const out = new Float64Array(height * wide);
  for (let y = 0; y < height; y++) {
    weights.forEach((taps, x) => {
      let sum = 0;
      const at = y * width + (first[x] ?? 0);
      for (let k = 0; k < taps.length; k++) sum += (taps[k] ?? 0) * (plane[at + k] ?? 0);
      out[y * wide + x] = sum;
    });
  }
  return out;
}

function alongColumns(plane: Float64Array, width: number, { first, weights }: Taps): Float64Array {
  const out = new Float64Array(weights.length * width);
  weights.forEach((taps, y) => {
    for (let k = 0; k < taps.length; k++) {
      const [weight, at] = [taps[k] ?? 0, ((first[y] ?? 0) + k) * width];
      for (let x = 0; x < width; x++) out[y * width + x] = (out[y * width + x] ?? 0) + weight * (plane[at + x] ?? 0);
    }
  });
  return out;
}
