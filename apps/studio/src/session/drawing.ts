/** @file Drawn data: a stroke leaves points around it, as a spray can does. */
import { batch } from "@preact/signals";
import { Key, normal } from "fluxion";
import { ownPoints } from "../settings/own-points.ts";
import { mostPackedPoints, packPoints, unpackPoints } from "../settings/pack-points.ts";
import { shared } from "../settings/settings.ts";

/** Points that a place of a stroke leaves, and how far they scatter, as a part of half the picture. */
const pointsPerPlace = 3;
const scatter = 0.028;

/** Points around the places of a stroke `[n, 2]`. */
export function sprayed(stroke: readonly number[], half: number, seed: number): Float32Array {
  const out = new Float32Array(stroke.length * pointsPerPlace);
  normal(Key.from(seed).child("spray"), out);
  return out.map((noise, i) => (stroke[Math.floor(i / (2 * pointsPerPlace)) * 2 + (i % 2)] ?? 0) + scatter * half * noise);
}

/** Adds a stroke to the drawn data; the first one replaces the built-in set. */
export function addStroke(stroke: readonly number[], half: number): void {
  const before = shared.data.value === "own" ? (ownPoints.value ?? new Float32Array(0)) : new Float32Array(0);
  const room = mostPackedPoints - before.length / 2;
  const added = sprayed(stroke, half, before.length).subarray(0, 2 * Math.max(0, room));
  const all = new Float32Array(before.length + added.length);
  all.set(before);
  all.set(added, before.length);
  // Rounded as an address rounds them, so that the address gives these very points.
  const packed = packPoints(all);
  setOwnPoints((packed === undefined ? undefined : unpackPoints(packed)) ?? all);
}

/** Takes points as the data. */
export function setOwnPoints(points: Float32Array | undefined): void {
  batch(() => {
    ownPoints.value = points;
    shared.data.value = "own";
  });
}
