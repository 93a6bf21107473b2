import type { Raster } from "./raster.ts";

/** How a PNG is packed. */
export interface PngOptions {
  /** Colours to reduce the picture to, 2 to 256. Default: none are lost. */
  readonly colours?: number | undefined;
}

/**
 * A picture as the bytes of a PNG file.
 * @throws RangeError if width, height and channels do not fit the data
 */
export async function encodePng({ data, width, height, channels }: Raster, { colours }: PngOptions = {}): Promise<Uint8Array> {
  const whole = [width, height].every((length) => Number.isInteger(length) && length > 0);
  if (!whole || data.length !== width * height * channels) {
    throw new RangeError(
      `encodePng: expected width × height × channels bytes, got ${data.length} for ${width} × ${height} × ${channels}; give the size of the data`,
    );
  }
  // Loaded at first use: most commands make no picture.
  const { default: sharp } = await import("sharp");
  const image = sharp(data, { raw: { width, height, channels } });
  // sharp turns one channel into three unless told.
  const typed = channels === 1 ? image.toColourspace("b-w") : image;
  return typed.png(colours === undefined ? { compressionLevel: 9 } : { palette: true, colours, effort: 8, dither: 0 }).toBuffer();
}

/**
 * Reads an image file (PNG, JPEG, WebP, GIF, TIFF, …) given as bytes, as grey or RGB; alpha is laid on white.
 * @throws Error if the bytes are no image
 */
export async function decodeImage(bytes: Uint8Array): Promise<Raster> {
  const { default: sharp } = await import("sharp");
  try {
    const { data, info } = await sharp(bytes).flatten({ background: "#fff" }).raw().toBuffer({ resolveWithObject: true });
    return { data: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
  } catch (cause) {
    throw new Error(`decodeImage: expected an image file, got ${bytes.length} bytes that are none; check the file`, { cause });
  }
}
