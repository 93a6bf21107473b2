/** @file The data as it is shown, and how much of the plane. */
import { computed } from "@preact/signals";
import { Key, pointSets } from "fluxion";
import { ownPoints } from "../settings/own-points.ts";
import { shared } from "../settings/settings.ts";
import type { Extent } from "../stage/view.ts";
import { extentOf } from "../stage/view.ts";

/** More are not told apart. */
const most = 4000;

/** The points of the data that are shown, `[n, 2]`. */
export const shownPoints = computed((): Float32Array => {
  const name = shared.data.value;
  if (name === "own") return ownPoints.value?.subarray(0, 2 * most) ?? new Float32Array(0);
  return pointSets[name].sample(Key.from(shared.seed.value).child("points"), most);
});

/** Where one draws: what is drawn must not change the scale that it is drawn at. */
const board: Extent = { x: 0, y: 0, halves: [4, 4], half: 4 };

/** The part of the plane that is shown. */
export const extent = computed((): Extent => {
  const points = shownPoints.value;
  if (shared.data.value !== "own") return extentOf(points);
  const reach = points.reduce((far, value) => Math.max(far, Math.abs(value)), 0);
  return points.length === 0 || (reach > 1 && reach <= board.half) ? board : extentOf(points);
});
