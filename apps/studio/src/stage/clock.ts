/** @file The time that all pictures show, from noise at 0 to data at 1. */
import { signal } from "@preact/signals";

/** The time shown, in [0, 1]. */
export const time = signal(1);
/** Whether time runs. */
export const playing = signal(false);

/** Seconds from noise to data, and of rest at either end. */
const runSeconds = 4.5;
const restSeconds = 1.4;

let at = 0;
let last: number | undefined;

/** The time at `seconds` since a start, resting at both ends. */
export function timeAt(seconds: number): number {
  const within = seconds % (runSeconds + 2 * restSeconds);
  const raw = Math.min(1, Math.max(0, (within - restSeconds * 0.5) / runSeconds));
  // Slow at the ends, as a thing that is moved.
  return raw * raw * (3 - 2 * raw);
}

function tick(now: number): void {
  if (!playing.value) return;
  at += Math.min(0.1, (now - (last ?? now)) / 1000);
  last = now;
  time.value = timeAt(at);
  requestAnimationFrame(tick);
}

/** Lets time run, from the start when it is at the end. */
export function play(): void {
  if (playing.value) return;
  playing.value = true;
  last = undefined;
  at = secondsAt(time.value >= 1 ? 0 : time.value);
  requestAnimationFrame(tick);
}

/** Where in its run time shows `t`. */
function secondsAt(t: number): number {
  let [low, high] = [restSeconds * 0.5, restSeconds * 0.5 + runSeconds];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (timeAt(middle) < t) low = middle;
    else high = middle;
  }
  return low;
}

/** Stops time. */
export function pause(): void {
  playing.value = false;
}

/** Goes to a time, and stays there. */
export function seek(t: number): void {
  pause();
  time.value = Math.min(1, Math.max(0, t));
}

/** Whether the viewer asked for less motion. */
export const stillness = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
