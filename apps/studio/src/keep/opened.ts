import { signal } from "@preact/signals";
import type { Frames } from "../lab/frames.ts";

/** The velocity field of an ONNX file, as its particles show it. */
export const openedField = signal<{ readonly file: string; readonly frames: Frames } | undefined>(undefined);
