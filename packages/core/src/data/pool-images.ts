/** 8-bit images with their shape `[n, channels, height, width]`. */
export interface ImagePixels {
  readonly pixels: Uint8Array;
  readonly shape: readonly [number, number, number, number];
}

/**
 * Images made smaller: every square of `factor` × `factor` pixels becomes their mean, rounded.
 *
 * @param pixels - `[n, channels, height, width]`, 0 … 255
 * @param factor - from 1, a divisor of both sides; 1 changes nothing
 * @throws RangeError if it does not divide the sides
 */
export function poolImages(pixels: Uint8Array, shape: ImagePixels["shape"], factor: number): ImagePixels {
  const [n, channels, height, width] = shape;
  if (!Number.isInteger(factor) || factor < 1 || height % factor !== 0 || width % factor !== 0) {
    throw new RangeError(
      `poolImages: factor: expected a whole number that divides both sides of ${String(height)}×${String(width)} images, got ${String(factor)}`,
    );
  }
  if (factor === 1) return { pixels, shape };
  const [rows, columns] = [height / factor, width / factor];
  const pooled = new Uint8Array(n * channels * rows * columns);
  const area = factor * factor;
  for (let plane = 0; plane < n * channels; plane++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let total = 0;
        for (let i = 0; i < area; i++) {
          const [y, x] = [row * factor + Math.floor(i / factor), column * factor + (i % factor)];
          total += pixels[(plane * height + y) * width + x] ?? 0;
        }
        pooled[(plane * rows + row) * columns + column] = Math.round(total / area);
      }
    }
  }
  return { pixels: pooled, shape: [n, channels, rows, columns] };
}
