/** @file Pictures as files, at the time shown and in the page's colours. */
import type { PictureKind } from "../controls/save-links.tsx";
import type { ImageFrames } from "../lab/image-lab.ts";
import { extent } from "../session/shown-data.ts";
import { time } from "../stage/clock.ts";
import { colours, rgba } from "../stage/colours.ts";
import { drawScene } from "../stage/draw-scene.ts";
import type { ImageShape } from "../stage/image-grid.ts";
import { drawImageGrid, gridOf, imagesAt } from "../stage/image-grid.ts";
import { ParticleLayer } from "../stage/particles.ts";
import type { Scene } from "../stage/scene.ts";
import { viewOf } from "../stage/view.ts";
import { download, pngOf } from "./download.ts";
import { sceneSvg } from "./scene-svg.ts";
import { svgFile } from "./svg.ts";

/** The size of a picture, in pixels of the page; PNG has two to one of them. */
const [width, height] = [800, 600];
const ratio = 2;

async function save(name: string, kind: PictureKind, svg: () => string, canvas: () => HTMLCanvasElement): Promise<string> {
  const file = `fluxion-${name}-t${time.value.toFixed(2)}.${kind}`;
  if (kind === "svg") download(file, svg(), "image/svg+xml");
  else download(file, await pngOf(canvas()), "image/png");
  return file;
}

/**
 * Saves moving points, several scenes side by side.
 *
 * @returns the file's name
 */
export function saveScenes(name: string, scenes: readonly Scene[], kind: PictureKind): Promise<string> {
  const wide = scenes.length > 1 ? height : width;
  return save(
    name,
    kind,
    () => svgFile(wide * scenes.length, height, scenes.map((scene, i) => `<svg x="${wide * i}" width="${wide}" height="${height}">${sceneSvg(scene, time.value, extent.value, wide, height, colours.value)}</svg>`)),
    () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: ratio * wide * scenes.length, height: ratio * height });
      scenes.forEach((scene, i) => canvas.getContext("2d")?.drawImage(pictureOf(scene, ratio * wide, ratio * height), ratio * wide * i, 0));
      return canvas;
    },
  );
}

function pictureOf(scene: Scene, across: number, down: number): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width: across, height: down });
  const context = canvas.getContext("2d");
  if (context) drawScene(context, scene, time.value, viewOf(extent.value, across, down), colours.value, ratio, { particles: new ParticleLayer() });
  return canvas;
}

/** Saves images as they stand on the page. */
export async function saveImages(name: string, shape: ImageShape, groups: readonly ImageFrames[], kind: PictureKind): Promise<void> {
  const images = [...imagesAt(groups, time.value, shape)];
  const paper = rgba(colours.value.paper);
  await save(
    name,
    kind,
    () => {
      const { side, corners } = gridOf(images.length, width, height, 1);
      const shapes = images.map((image, i) => `<image x="${String(corners[i]?.[0])}" y="${String(corners[i]?.[1])}" width="${side}" height="${side}" style="image-rendering:pixelated" href="${image.toDataURL()}"/>`);
      return svgFile(width, height, [`<rect width="${width}" height="${height}" fill="${paper}"/>`, ...shapes]);
    },
    () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: ratio * width, height: ratio * height });
      const context = canvas.getContext("2d");
      if (context) {
        context.fillStyle = paper;
        context.fillRect(0, 0, canvas.width, canvas.height);
        drawImageGrid(context, gridOf(images.length, canvas.width, canvas.height, ratio), images);
      }
      return canvas;
    },
  );
}
