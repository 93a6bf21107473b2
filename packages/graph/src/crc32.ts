// Signed, since numbers of 32 bits without a sign are slow.
const table = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 (ISO 3309, as in zip and PNG) of bytes, as eight hexadecimal digits. */
export function crc32(bytes: Uint8Array): string {
  return crc32Update(0, bytes).toString(16).padStart(8, "0");
}

/** The CRC-32 of some bytes and those after them. @param before - of the bytes so far; 0 of none */
export function crc32Update(before: number, bytes: Uint8Array): number {
  let crc = before ^ 0xffffffff;
  const { length } = bytes;
  for (let i = 0; i < length; i++) crc = (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
