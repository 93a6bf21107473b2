/** @file A chart as a file of its own: what the style sheet gave it is written into it. */
import { download, pngOf } from "./download.ts";

const kept = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "font-family", "font-size", "font-style", "font-weight", "opacity"] as const;

/** The text of an SVG file of a chart, on the page's own ground. */
export function chartSvg(chart: SVGSVGElement): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const originals = [chart, ...chart.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, i) => {
    const original = originals[i];
    if (!original) return;
    const style = getComputedStyle(original);
    for (const name of kept) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute("class");
  });
  const { width, height } = chart.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width, height, fill: getComputedStyle(document.body).backgroundColor })) ground.setAttribute(name, String(value));
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** Saves a chart. */
export async function saveChart(chart: SVGSVGElement, name: string, kind: "svg" | "png"): Promise<void> {
  const text = chartSvg(chart);
  if (kind === "svg") download(`${name}.svg`, text, "image/svg+xml");
  else download(`${name}.png`, await pngOf(await drawn(text, chart)), "image/png");
}

/** Pixels of the file to a unit of the chart. */
const sharpness = 4;

async function drawn(svg: string, { viewBox }: SVGSVGElement): Promise<HTMLCanvasElement> {
  const { width, height } = viewBox.baseVal;
  const canvas = document.createElement("canvas");
  canvas.width = width * sharpness;
  canvas.height = height * sharpness;
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  image.src = address;
  await image.decode();
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return canvas;
}
