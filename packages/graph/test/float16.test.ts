import { fromFloat16, toFloat16 } from "@fluxion/graph";
import { expect, it } from "vitest";

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
const values = fromFloat16(all);

it("reads every half-precision number and writes it back", () => {
  const back = toFloat16(values);
  for (const bits of all) {
    if (Number.isNaN(values[bits])) expect([bits & 0x7c00, (bits & 0x3ff) !== 0]).toEqual([0x7c00, true]);
    else if (back[bits] !== bits) expect.fail(`${bits} became ${back[bits]}`);
  }
  expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00].map((bits) => values[bits])).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14, Infinity]);
  expect(Object.is(values[0x8000], -0)).toBe(true);
});

it("rounds to the nearest, ties to even", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [values[bits] ?? NaN, values[bits + 1] ?? NaN];
    const tie = (low + high) / 2;
    const step = high - low;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const rounded = toFloat16([tie - step / 1024, tie, tie + step / 1024, -tie]);
    const expected = [bits, even, bits + 1, even | 0x8000];
    if (rounded.some((r, i) => r !== expected[i])) expect.fail(`between ${low} and ${high}: ${rounded.join()} for ${expected.join()}`);
  }
  expect([...toFloat16([65519, 65520, -1e30, 1e-8, NaN])]).toEqual([0x7bff, 0x7c00, 0xfc00, 0, 0x7e00]);
});
