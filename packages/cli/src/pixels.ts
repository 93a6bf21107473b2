import type { Examples } from "fluxion";
import type { ImageBatch } from "@fluxion/node";

/** Images with values in [0, 256) as pixels: rounded down, clipped to 0…255. */
export function pixelsOf({ values, shape }: Pick<Examples, "values" | "shape">): ImageBatch {
  return { data: Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.floor(value)))), shape };
}
