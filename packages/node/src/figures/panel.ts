/** @file A panel of a chart: a picture in axes. */
import type { Frame, Interval } from "./points.ts";

/** What `picturePanel` shows. */
export interface PicturePanel {
  /** `data:` address of a picture that fills the panel. */
  readonly picture: string;
  readonly frame: Frame;
  /** Side of the square panel. */
  readonly side: number;
  readonly title?: { readonly text: string; readonly subtitle?: string } | undefined;
  /** Axis titles; an axis without one is drawn bare. Default "x₁" and "x₂". */
  readonly axes?: { readonly x?: string | undefined; readonly y?: string | undefined } | undefined;
  /** Lines behind the picture. Default true. */
  readonly grid?: boolean | undefined;
}

const bareAxis = { title: null, labels: false, ticks: false } as const;

/** A Vega-Lite unit: a picture with the axes of its frame. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the literal type is what Vega-Lite accepts
export function picturePanel({ picture, frame, side, title, axes = { x: "x₁", y: "x₂" }, grid = true }: PicturePanel) {
  const channel = (field: "x" | "y", [low, high]: Interval, name: string | undefined) => ({
    field,
    type: "quantitative" as const,
    scale: { domain: [low, high], nice: false, zero: false },
    axis: name === undefined ? { ...bareAxis, grid, tickCount: 5 } : { title: name, grid, tickCount: 5 },
  });
  const middle = ([low, high]: Interval): number => (low + high) / 2;
  return {
    ...(title === undefined ? {} : { title }),
    width: side,
    height: side,
    data: { values: [{ x: middle(frame.x), y: middle(frame.y), picture }] },
    mark: { type: "image" as const, width: side, height: side, aspect: false },
    encoding: {
      x: channel("x", frame.x, axes.x),
      y: channel("y", frame.y, axes.y),
      url: { field: "picture", type: "nominal" as const },
    },
  };
}
