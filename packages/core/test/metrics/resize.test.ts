import { describe, expect, it } from "vitest";
import { preparer } from "../../src/metrics/network/resize.ts";

const pixels = Uint8Array.from({ length: 35 }, (_, at) => (37 * Math.floor(at / 7) + 53 * (at % 7) + 11 * Math.floor(at / 7) * (at % 7)) % 256);

function resized(size: readonly [number, number], antialias: boolean): Float32Array {
  const out = new Float32Array(size[0] * size[1]);
  preparer([1, 5, 7], { image: [1, ...size], range: [0, 255], antialias })(pixels, 0, 1, out);
  return out;
}

describe("preparation of pictures", () => {
  // torch.nn.functional.interpolate(mode="bilinear", align_corners=False) in float64, PyTorch 2.13: corners, and Σ k·y_k.
  it.each([
    [[3, 4], true, [46.088435374, 135.902857143, 110.634285714, 130.741496599], 9581.4583522],
    [[3, 4], false, [33.583333333, 132.75, 92, 148.666666667], 9301.4166667],
    [[8, 9], true, [0, 35.333333333, 153.333333333, 218], 328785.4027778],
    [[2, 9], true, [37, 79.666666667, 108.090909091, 126.636363636], 20545.1818182],
  ] as const)("resizes as PyTorch does: %j, antialias %s", (size, antialias, ends, sum) => {
    const out = resized(size, antialias);
    [out[0]!, out[1]!, out.at(-2)!, out.at(-1)!].forEach((value, i) => expect(value).toBeCloseTo(ends[i]!, 4));
    expect(out.reduce((total, value, k) => total + (k + 1) * value, 0) / sum).toBeCloseTo(1, 6);
  });

  it("copies, changes the range, and repeats grey as colours", () => {
    const out = new Float32Array(2 * 3 * 2);
    preparer([1, 1, 2], { image: [3, 1, 2], range: [-1, 1], antialias: true })(Uint8Array.of(9, 9, 0, 255, 51, 102), 1, 2, out);
    expect([...out]).toEqual([-1, 1, -1, 1, -1, 1, ...Array.from({ length: 3 }, () => [Math.fround(-0.6), Math.fround(-0.2)]).flat()]);
  });
});
