import type { SampleSet } from "../samples.ts";
import { rangeOf, scorePlanes } from "./pictures.ts";
import type { PictureOptions, PictureScores, Plane } from "./pictures.ts";

/** The window of Wang et al. 2004: 11×11 pixels, Gaussian of deviation 1.5. */
const radius = 5;
const window = ((): Float64Array => {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * 1.5 ** 2)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
})();

/**
 * The structural similarity of pairs of pictures (Wang et al. 2004, eq 13; K₁ = 0.01, K₂ = 0.03), with weighted moments
 * without Bessel's correction, over the windows that lie inside the picture. The mean over windows, then over channels:
 * colours are not turned to grey.
 *
 * @throws RangeError if shapes differ or a side has less than 11 pixels
 */
export function ssim(a: SampleSet, b: SampleSet, options: PictureOptions = {}): PictureScores {
  const range = rangeOf("ssim", options);
  const [, , height = 0, breadth = 0] = a.shape;
  if (a.shape.length === 4 && Math.min(height, breadth) < window.length) {
    throw new RangeError(`ssim: expected pictures of at least ${window.length}×${window.length} pixels, the window's size, got ${height}×${breadth}; use psnr`);
  }
  return scorePlanes("ssim", a, b, (plane) => similarity(plane, (0.01 * range) ** 2, (0.03 * range) ** 2));
}

function similarity({ x, y, height, width }: Plane, c1: number, c2: number): number {
  const smooth = (f: (p: number, q: number) => number): Float64Array => blurred(x.map((p, i) => f(p, y[i] ?? 0)), height, width);
  const [mx, my] = [smooth((p) => p), smooth((_, q) => q)];
  const [xx, yy, xy] = [smooth((p) => p * p), smooth((_, q) => q * q), smooth((p, q) => p * q)];
  let total = 0;
  for (let i = 0; i < mx.length; i++) {
    const [mean, other] = [mx[i] ?? 0, my[i] ?? 0];
    const [variance, otherVariance] = [(xx[i] ?? 0) - mean * mean, (yy[i] ?? 0) - other * other];
    const covariance = (xy[i] ?? 0) - mean * other;
    total += ((2 * mean * other + c1) * (2 * covariance + c2)) / ((mean * mean + other * other + c1) * (variance + otherVariance + c2));
  }
  return total / mx.length;
}

/** Window means at every place where the window lies inside, rows first: `[height − 10, width − 10]`. */
function blurred(plane: Float64Array, height: number, width: number): Float64Array {
  const [rows, columns] = [height - 2 * radius, width - 2 * radius];
  const along = new Float64Array(height * columns);
  for (let i = 0; i < height; i++) for (let j = 0; j < columns; j++) along[i * columns + j] = weighted(plane, i * width + j, 1);
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[i * columns + j] = weighted(along, i * columns + j, columns);
  return out;
}

function weighted(values: Float64Array, from: number, stride: number): number {
  let total = 0;
  for (let k = 0; k < window.length; k++) total += (window[k] ?? 0) * (values[from + k * stride] ?? 0);
  return total;
}
