import { signal } from "@preact/signals";

/** Points that were drawn, pasted or dropped, `[n, 2]` row-major; undefined for none. */
export const ownPoints = signal<Float32Array | undefined>(undefined);
