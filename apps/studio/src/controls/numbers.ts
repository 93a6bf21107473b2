/** @file Numbers as people write them. */

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 10 to a whole power. */
export const powerOfTen = (power: number): string =>
  `10${String(power).replace(/./g, (sign) => (sign === "-" ? "⁻" : superscripts.charAt(Number(sign))))}`;

/** A number in powers of ten. */
export function scientific(value: number, digits = 1): string {
  const [mantissa = "", exponent = "0"] = value.toExponential(digits).split("e");
  if (Number(exponent) === 0) return mantissa;
  const power = powerOfTen(Number(exponent));
  return Number(mantissa) === 1 ? power : `${mantissa}\u2009·\u2009${power}`;
}

/** The shortest digits of a number, in powers of ten where it is small. */
export function shortest(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return scientific(value, 0);
  return Math.abs(value) >= 1000 ? value.toLocaleString("en") : String(value);
}
