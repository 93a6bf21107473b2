import { createRequire } from "node:module";
import { fontFamily } from "./theme.ts";

const resolveFile = createRequire(import.meta.url).resolve;

/** Weights that the figures use; shipped, so that pictures come out alike on every machine, also one without any font. */
const fontFiles = ["400Regular/Inter_400Regular", "500Medium/Inter_500Medium", "600SemiBold/Inter_600SemiBold"];

/** Options of `svgToPng`. */
export interface SvgToPngOptions {
  /** Pixels to a unit of the drawing, above 0. Default 2. */
  readonly scale?: number | undefined;
}

/**
 * Draws an SVG as the bytes of a PNG file, with text in Inter.
 * @throws Error if the text is no SVG
 */
export async function svgToPng(svg: string, { scale = 2 }: SvgToPngOptions = {}): Promise<Uint8Array> {
  const { renderAsync } = await import("@resvg/resvg-js");
  const image = await renderAsync(svg.replaceAll(fontFamily, "Inter"), {
    fitTo: { mode: "zoom", value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: fontFiles.map((name) => resolveFile(`@expo-google-fonts/inter/${name}.ttf`)),
      defaultFontFamily: "Inter",
    },
  });
  return image.asPng();
}
