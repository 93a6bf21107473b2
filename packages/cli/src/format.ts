/** @file Numbers as people read them. */

/** `1 h 2 min`, `3 min 20 s`, `4.2 s` or `35 ms`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${String(Math.round(seconds * 1000))} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : String(Math.round(seconds))} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(Math.round(seconds) % 60)} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** `1,234,567` */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** `1.234 ± 0.005` */
export function formatMean(mean: number, error: number, digits = 3): string {
  return `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
}
