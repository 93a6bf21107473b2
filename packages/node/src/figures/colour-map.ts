import { encodePng } from "../images/png.ts";
import { pngUri } from "./data-uri.ts";
import { densityScheme } from "./theme.ts";

/** Cells as a PNG, the second coordinate upwards. */
export async function colourMap(density: Float64Array, n: number, top: number): Promise<string> {
  const table = await colourTable();
  const data = new Uint8Array(n * n * 3);
  density.forEach((value, i) => {
    const row = n - 1 - Math.floor(i / n);
    data.set(table[Math.round(255 * Math.min(1, value / top))] ?? [], 3 * (row * n + (i % n)));
  });
  return pngUri(await encodePng({ data, width: n, height: n, channels: 3 }));
}

/** The colour map in 256 steps of `[red, green, blue]`. */
async function colourTable(): Promise<readonly (readonly number[])[]> {
  const { scheme } = await import("vega");
  const colourAt = scheme(densityScheme) as (share: number) => string;
  return Array.from({ length: 256 }, (_, i) => (colourAt(i / 255).match(/\d+/g) ?? []).map(Number));
}
