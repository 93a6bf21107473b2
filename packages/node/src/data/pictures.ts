/** @file Picture files as the pixels of one example. */
import type { OpenImagesOptions } from "./formats/image-format.ts";

/** What a picture is before it is changed. */
export interface PictureInfo {
  readonly width: number;
  readonly height: number;
  readonly colour: "grey" | "rgb";
}

/** Width and height as the picture is meant to be seen, and whether it has colours. @throws Error if it is no picture */
export async function pictureInfo(path: string): Promise<PictureInfo> {
  const { default: sharp } = await import("sharp");
  const { autoOrient, space } = await sharp(path).metadata();
  return { ...autoOrient, colour: space === "b-w" || space === "grey16" ? "grey" : "rgb" };
}

/**
 * The pixels of a picture, `[height, width, channels]`: turned as it is meant to be seen, alpha laid on white, with `imageSize`
 * its central square, resampled by Lanczos with three lobes (widened when a picture becomes smaller, so that nothing aliases).
 *
 * @throws Error if it is damaged, even at its end
 */
export async function picturePixels(path: string, info: PictureInfo, { imageSize, colour = info.colour }: OpenImagesOptions): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  // Shrinking while decoding a JPEG would be quicker, and blurrier.
  let image = sharp(path, { failOn: "warning" }).autoOrient().flatten({ background: "#fff" });
  if (imageSize !== undefined) {
    const side = Math.min(info.width, info.height);
    image = image
      .extract({ left: Math.floor((info.width - side) / 2), top: Math.floor((info.height - side) / 2), width: side, height: side })
      .resize(imageSize, imageSize, { kernel: "lanczos3", fastShrinkOnLoad: false });
  }
  return new Uint8Array(await image.toColourspace(colour === "grey" ? "b-w" : "srgb").raw({ depth: "uchar" }).toBuffer());
}
