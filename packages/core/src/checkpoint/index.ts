export { crc32 } from "./crc32.ts";
export type { Safetensors } from "./safetensors.ts";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
