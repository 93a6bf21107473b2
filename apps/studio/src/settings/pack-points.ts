/** @file Points as text for an address: 12 bits a coordinate within their own box, four characters a point. */

/** More would make addresses that chats and mail programs cut off. */
export const mostPackedPoints = 2000;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const levels = 4095;

/** Text of points `[n, 2]`; undefined for more than an address holds. */
export function packPoints(points: Float32Array): string | undefined {
  if (points.length === 0 || points.length / 2 > mostPackedPoints) return undefined;
  const [low, high] = [Math.min(...points), Math.max(...points)].map((value) => Number(value.toPrecision(6))) as [number, number];
  const span = high - low || 1;
  const codes = Array.from(points, (value) => Math.min(levels, Math.max(0, Math.round(((value - low) / span) * levels))));
  const digits = codes.map((code) => `${alphabet[code >> 6] ?? ""}${alphabet[code & 63] ?? ""}`);
  return `${low}~${high}~${digits.join("")}`;
}

/** The points of a text; undefined if it is none. */
export function unpackPoints(text: string): Float32Array | undefined {
  const [lowText = "", highText = "", digits = ""] = text.split("~");
  const [low, high] = [Number(lowText), Number(highText)];
  if (lowText === "" || highText === "" || !Number.isFinite(low) || !Number.isFinite(high) || low > high) return undefined;
  if (digits.length === 0 || digits.length % 4 !== 0 || digits.length / 4 > mostPackedPoints) return undefined;
  const span = high - low || 1;
  const out = new Float32Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) {
    const [first, second] = [alphabet.indexOf(digits.charAt(2 * i)), alphabet.indexOf(digits.charAt(2 * i + 1))];
    if (first < 0 || second < 0) return undefined;
    out[i] = low + ((first * 64 + second) / levels) * span;
  }
  return out;
}
