import { modelFromConfig, parameterCount, unet } from "fluxion";
import { describe, expect, it } from "vitest";

describe("unet", () => {
  it("has the parameters that a hand count gives", () => {
    const conv = (i: number, o: number, k = 3) => i * o * k * k + o;
    const linear = (i: number, o: number) => i * o + o;
    const residual = (i: number, o: number) =>
      2 * i + conv(i, o) + linear(16, 2 * o) + conv(o, o) + (i === o ? 0 : conv(i, o, 1));
    const attention = (c: number) => 2 * c + conv(c, 3 * c, 1) + conv(c, c, 1);
    const expected =
      linear(8, 16) +
      linear(16, 16) + // time
      conv(3, 4) + // stem
      2 * residual(4, 4) +
      conv(4, 8) +
      2 * residual(8, 8) +
      2 * attention(8) + // down
      2 * residual(8, 8) +
      attention(8) + // middle
      2 * residual(16, 8) +
      2 * attention(8) +
      conv(8, 4) +
      2 * residual(8, 4) + // up
      2 * 4 +
      conv(4, 3); // head
    const model = unet({ image: [3, 8, 8], channels: 4, multiples: [1, 2], blocks: 2 });
    expect(parameterCount(model)).toBe(expected);
    expect(Object.keys(model.parameters)).toContain("down.1.0.attention.qkv.weight");
  });

  it("is what the configurations of first runs describe", () => {
    const config = {
      kind: "unet", image: [1, 28, 28], channels: 48, multiples: [1, 2], blocks: 1, attention: [7], heads: 4, groups: 8, patch: 2,
    };
    expect(modelFromConfig(config).config).toEqual(config);
    expect(parameterCount(modelFromConfig(config))).toBe(1_315_540);
  });

  it("attends at the coarsest level by default, and nowhere if told so", () => {
    expect(unet({ image: [1, 28, 28] }).config).toMatchObject({ attention: [7], heads: 4, groups: 8, patch: 1 });
    const without = unet({ image: [1, 28, 28], attention: [] });
    expect(Object.keys(without.parameters).filter((name) => name.includes("attention"))).toEqual([]);
  });

  it.each([
    [{}, "unet: image: expected a list of 3 whole numbers, got undefined"],
    [{ image: [28, 28] }, "unet: image: expected a list of 3 whole numbers, got [28,28]"],
    [{ image: [1, 28, 0] }, "unet: image[2]: expected a whole number from 1, got 0"],
    [
      { image: [1, 28, 28], multiples: [1, 2, 2, 2] },
      "unet: image: expected sides divisible by 8 (patch 1, halved 3 times), got 28×28",
    ],
    [
      { image: [1, 4, 4], multiples: [1, 2, 2, 2] },
      "unet: image: expected sides of at least 8 pixels (patch 1, halved 3 times), got 4×4, too small for the network; " +
        "use fewer multiples or a smaller patch",
    ],
    [{ image: [1, 28, 28], patch: 4 }, "unet: image: expected sides divisible by 16"],
    [{ image: [1, 28, 28], multiples: [] }, "unet: multiples: expected at least one level, got []"],
    [{ image: [1, 28, 28], multiples: [1, 1.5] }, "unet: multiples[1]: expected a whole number from 1, got 1.5"],
    [{ image: [1, 28, 28], attention: [8] }, "unet: attention: expected heights of feature maps (28, 14, 7), got 8"],
    [{ image: [1, 28, 28], heads: 5 }, "unet: heads: expected a divisor of 32, got 5"],
    [{ image: [1, 28, 28], groups: 5 }, "unet: groups: expected a divisor of 32, got 5"],
    [{ image: [1, 28, 28], blocks: 0 }, "unet: blocks: expected a whole number from 1, got 0"],
    [{ image: [1, 28, 28], dropout: 0.1 }, 'unet: unknown option "dropout"'],
  ])("refuses %j", (options, message) => {
    expect(() => unet(options as never)).toThrow(message);
  });
});
