/** @file Half precision, which JavaScript has no arrays for on Node 20: 1 bit of sign, 5 of exponent, 10 of fraction. */

/** The smallest number that rounds to infinity. */
const overflow = 65520;
const smallestNormal = 2 ** -14;
const subnormalStep = 2 ** -24;

/** The bits of numbers rounded to half precision, ties to even. */
export function toFloat16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, halfBits);
}

/** The numbers that half-precision bits stand for; float32 holds all of them. */
export function fromFloat16(bits: ArrayLike<number>): Float32Array {
  return Float32Array.from(bits, halfValue);
}

/** The half-precision number nearest to a number, ties to even. */
export const roundToFloat16 = (value: number): number => halfValue(halfBits(value));

function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= overflow) return sign | 0x7c00;
  if (size < smallestNormal) return sign | roundEven(size / subnormalStep);
  // The logarithm may be one off next to a power of 2.
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent -= 1;
  if (2 ** (exponent + 1) <= size) exponent += 1;
  // A fraction that rounds up to 2 carries into the exponent by itself.
  return sign | (((exponent + 14) << 10) + roundEven(size * 2 ** (10 - exponent)));
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function halfValue(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * subnormalStep : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
