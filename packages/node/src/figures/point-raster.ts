import { encodePng } from "../images/png.ts";
import { pngUri } from "./data-uri.ts";
import { cloudLengths } from "./points.ts";
import type { Frame, PointCloud } from "./points.ts";

/** Drawing of `pointRaster`. */
export interface PointRasterOptions {
  readonly frame: Frame;
  /** Side of the square panel, in units of the drawing. */
  readonly side: number;
  /** `#rrggbb` */
  readonly colour: string;
}

/** Pixels to a unit of the drawing, as in the PNGs. */
const density = 2;

/**
 * The first two coordinates of points as soft dots on a transparent ground, as a `data:` address: ten thousand vector
 * marks would weigh a hundred times as much.
 */
export async function pointRaster(cloud: PointCloud, { frame, side, colour }: PointRasterOptions): Promise<string> {
  const size = Math.round(side * density);
  const { radius, opacity } = dotStyle(cloudLengths("pointRaster", cloud).count, side);
  const light = new Float32Array(size * size).fill(1);
  forEachInside(cloud, frame, (u, v) => dim(light, size, u * size, (1 - v) * size, radius * density, opacity));
  const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const data = new Uint8Array(size * size * 4);
  light.forEach((left, i) => data.set([...rgb, Math.round(255 * (1 - left))], 4 * i));
  return pngUri(await encodePng({ data, width: size, height: size, channels: 4 }, { colours: 48 }));
}

/** The number of points that a frame shows. */
export function countInside(cloud: PointCloud, frame: Frame): number {
  let inside = 0;
  forEachInside(cloud, frame, () => inside++);
  return inside;
}

/** Fewer points get larger, darker dots; many stay light enough that overlap still shows density. */
function dotStyle(count: number, side: number): { readonly radius: number; readonly opacity: number } {
  const share = (side * side) / count;
  return { radius: Math.min(2.4, Math.max(0.7, 0.22 * Math.sqrt(share))), opacity: Math.min(0.85, Math.max(0.25, 0.14 * Math.sqrt(share))) };
}

function forEachInside({ values, shape }: PointCloud, { x, y }: Frame, visit: (u: number, v: number) => void): void {
  const [count = 0, dimension = 2] = shape;
  for (let i = 0; i < count; i++) {
    const u = ((values[i * dimension] ?? NaN) - x[0]) / (x[1] - x[0]);
    const v = ((values[i * dimension + 1] ?? NaN) - y[0]) / (y[1] - y[0]);
    if (u >= 0 && u <= 1 && v >= 0 && v <= 1) visit(u, v);
  }
}

/** Lays one dot with an edge one pixel soft over the light that still comes through. */
function dim(light: Float32Array, size: number, cx: number, cy: number, radius: number, opacity: number): void {
  const reach = radius + 0.5;
  const [left, right] = [Math.max(0, Math.floor(cx - reach)), Math.min(size - 1, Math.floor(cx + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(cy - reach)), Math.min(size - 1, Math.floor(cy + reach))];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const cover = Math.min(1, Math.max(0, reach - Math.hypot(x + 0.5 - cx, y + 0.5 - cy)));
      light[y * size + x] = (light[y * size + x] ?? 1) * (1 - opacity * cover);
    }
  }
}
