/** @file Random numbers as pure functions of keys. */
export { bytes } from "./bytes.ts";
export { integers } from "./integers.ts";
export type { KeyLabel } from "./key.ts";
export { Key } from "./key.ts";
export { normal } from "./normal.ts";
export { permutation } from "./permutation.ts";
export { rademacher } from "./rademacher.ts";
export type { FloatArray } from "./float-array.ts";
export { uniform } from "./uniform.ts";
