/** Round numbers on a logarithmic axis, few enough to read. */
export function logTicks([low, high]: readonly [number, number]): readonly number[] {
  const mantissas = high / low > 2000 ? [1] : high / low > 12 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => first + i);
  const ticks = decades.flatMap((decade) => mantissas.map((mantissa) => Number(`${mantissa}e${decade}`)));
  return ticks.filter((tick) => tick >= low && tick <= high);
}
