/** An 8-bit picture in memory. */
export interface Raster {
  /** `[height, width, channels]`, row-major. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Grey, RGB, or RGB with (straight) alpha. */
  readonly channels: 1 | 3 | 4;
}

/** A batch of 8-bit images. */
export interface ImageBatch {
  /** `[n, channels, height, width]`, row-major. */
  readonly data: Uint8Array;
  /** `[n, channels, height, width]` with 1 or 3 channels. */
  readonly shape: readonly number[];
}

/**
 * The lengths of a batch.
 * @throws RangeError for a shape that is no batch of grey or RGB images, or that the pixels do not fill.
 */
export function batchLengths(name: string, { data, shape }: ImageBatch): {
  readonly count: number;
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
} {
  const [count = 0, channels = 0, height = 0, width = 0] = shape;
  const whole = shape.length === 4 && shape.every((length) => Number.isInteger(length) && length > 0);
  if (!whole || (channels !== 1 && channels !== 3) || count * channels * height * width !== data.length) {
    throw new RangeError(
      `${name}: expected images [n, 1 or 3, height, width], got shape [${shape.join(", ")}] with ${data.length} bytes; give the shape of the pixels`,
    );
  }
  return { count, channels, height, width };
}
