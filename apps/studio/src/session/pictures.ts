/** @file What is computed for the eye beside the particles: the field, and the log-density. */
import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { timesBetween } from "../lab/frames.ts";
import type { Frames, Method } from "../lab/frames.ts";
import type { FieldGrid, HeatMap } from "../stage/scene.ts";
import type { Extent } from "../stage/view.ts";
import { ask, messageOf } from "../worker/connection.ts";
import type { Session } from "./session.ts";
import { methodOf } from "./session.ts";

/** The pictures of one model. */
export interface Pictures {
  readonly field: Signal<FieldGrid | undefined>;
  readonly heat: Signal<HeatMap | undefined>;
}

const noPictures = (): Pictures => ({ field: signal(undefined), heat: signal(undefined) });

/** Those of both models. */
export const pictures: readonly [Pictures, Pictures] = [noPictures(), noPictures()];

/** Arrows from edge to edge of the square, and beyond it on wide pictures. */
const arrows = 20;
const wide = 1.8;
const fieldTimes = 13;

/** The field on a grid, at times from end to end. */
export async function showField(session: Session, { x, y, half }: Extent): Promise<void> {
  const spacing = (2 * half) / arrows;
  const columns = Math.round(arrows * wide);
  const points = new Float32Array(2 * columns * arrows);
  for (let i = 0; i < columns * arrows; i++) {
    points[2 * i] = x + ((i % columns) - (columns - 1) / 2) * spacing;
    points[2 * i + 1] = y + (Math.floor(i / columns) - (arrows - 1) / 2) * spacing;
  }
  const [t0, t1] = session.opened.peek()?.interval ?? [0, 1];
  const times = timesBetween(t0, t1, fieldTimes - 1);
  const velocities = await ask((lab) => lab.velocities(session.side, points, times));
  pictures[session.side].field.value = { points, times, velocities, spacing };
}

/** Grids from coarse to fine: something is seen at once. */
const sides = [24, 48, 96] as const;
const heatMethod: Method = { solver: "bosh3", rtol: 1e-3, atol: 1e-3 };
/** Points of one call. */
const block = 1152;

/** The exact log-density on finer and finer grids, until the weights change. */
export async function showHeat(session: Session, { x, y, half }: Extent, wanted: () => boolean): Promise<void> {
  const revision = session.revision.peek();
  for (const side of sides) {
    const logDensity = new Float64Array(side * side);
    const points = gridPoints(side, { x, y, half });
    for (let first = 0; first < side * side; first += block) {
      if (!wanted() || session.revision.peek() !== revision) return;
      const part = points.slice(2 * first, 2 * (first + block));
      logDensity.set(await ask((lab) => lab.logDensity(session.side, part, heatMethod)), first);
    }
    pictures[session.side].heat.value = { side, logDensity, x, y, half };
  }
}

function gridPoints(side: number, { x, y, half }: Pick<Extent, "x" | "y" | "half">): Float32Array {
  const points = new Float32Array(2 * side * side);
  for (let i = 0; i < side * side; i++) {
    points[2 * i] = x + (((i % side) + 0.5) / side - 0.5) * 2 * half;
    points[2 * i + 1] = y - ((Math.floor(i / side) + 0.5) / side - 0.5) * 2 * half;
  }
  return points;
}

/** At most this many ways at once. */
const mostCarried = 12;

/** Carries points that stand somewhere at a time to both ends. */
export async function carry(session: Session, points: readonly number[], t: number): Promise<Frames | undefined> {
  try {
    const frames = await ask((lab) => lab.carry(session.side, Float32Array.from(points), t, methodOf()));
    session.carried.value = [...session.carried.value, frames].slice(-mostCarried);
    return frames;
  } catch (error) {
    session.message.value = messageOf(error);
    return undefined;
  }
}
