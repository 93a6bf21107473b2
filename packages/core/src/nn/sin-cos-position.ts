import { sizeOf } from "@fluxion/graph";

/**
 * The fixed embedding of places on a grid, `[height · width, size]` row-major: sines and cosines of the row, then of the
 * column, with frequencies that fall geometrically from 1 to 1/10,000 (Vaswani et al. 2017, in two dimensions).
 *
 * @param size - divisible by 4
 */
export function sinCosPosition([height, width]: readonly [number, number], size: number): Float64Array {
  const count = size / 4;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`sinCosPosition: size: expected a multiple of 4, got ${String(size)}`);
  }
  const out = new Float64Array(sizeOf([height, width, size]));
  for (let place = 0; place < height * width; place++) {
    [Math.floor(place / width), place % width].forEach((at, axis) => {
      for (let i = 0; i < count; i++) {
        const angle = at * 10_000 ** (-i / count);
        const first = place * size + 2 * axis * count + i;
        out[first] = Math.sin(angle);
        out[first + count] = Math.cos(angle);
      }
    });
  }
  return out;
}
