import { constant } from "@fluxion/graph";
import type { DitOptions } from "fluxion";
import { dit, nn, parameterCount } from "fluxion";
import { describe, expect, it } from "vitest";
import { ditCases } from "./dit-cases.ts";
import { compileModel, randomFeeds, values } from "./harness.ts";

/** The parameters of a DiT, by adding up its description. */
function ditCount({ width: d, depth, pixels }: { readonly width: number; readonly depth: number; readonly pixels: number }): number {
  const linear = (i: number, o: number) => i * o + o;
  const block = linear(d, 3 * d) + linear(d, d) + linear(d, 4 * d) + linear(4 * d, d) + linear(d, 6 * d);
  return linear(256, d) + linear(d, d) + linear(pixels, d) + depth * block + linear(d, 2 * d) + linear(d, pixels);
}

describe("dit's parameters", () => {
  // Of latents [4, 32, 32]. The published models also have 1001 classes and predict a variance in four more channels.
  it.each([
    ["S/2", { width: 384, depth: 12 }, 33],
    ["B/2", { width: 768, depth: 12 }, 130],
    ["L/2", { width: 1024, depth: 24 }, 458],
    ["XL/2", { width: 1152, depth: 28 }, 675],
  ] as const)("are the published ones of %s", (size, { width, depth }, millions) => {
    const count = ditCount({ width, depth, pixels: 16 });
    expect(parameterCount(dit({ image: [4, 32, 32], size }))).toBe(count);
    expect(Math.round((count + 1001 * width + 16 * width + 16) / 1e6)).toBe(millions);
  });

  it("are S/2's by default, and those of other widths and patches", () => {
    expect(dit({ image: [3, 32, 32] }).config).toEqual(dit({ image: [3, 32, 32], size: "S/2" }).config);
    const small = { width: 8, depth: 3, heads: 2, patch: 4 } as const;
    expect(parameterCount(dit({ image: [1, 8, 16], ...small }))).toBe(ditCount({ ...small, pixels: 16 }));
  });
});

describe("dit", () => {
  it.each<readonly [unknown, string]>([
    [{ image: [3, 32, 32], size: "M/2" }, "dit: size: expected one of S/2, S/4, S/8, B/2,"],
    [{ image: [3, 32, 32], size: "S/2", patch: 4 }, "dit: size: expected it alone, got also patch; leave one or the other out"],
    [{ image: [3, 32, 32], width: 6, heads: 1 }, "dit: width: expected a multiple of 4, got 6"],
    [{ image: [3, 32, 32], heads: 5 }, "dit: heads: expected a divisor of 384, got 5"],
    [{ image: [3, 30, 32], patch: 4 }, "dit: image: expected sides divisible by 4 (patch 4), got 30×32; pad the images, or use a smaller patch"],
    [{ image: [1, 4, 4], size: "S/8" }, "dit: image: expected sides of at least 8 pixels (patch 8), got 4×4, too small for the network; use a smaller patch"],
    [{ image: [3, 32, 32], dropout: 0.1 }, 'dit: unknown option "dropout"'],
  ])("refuses %j", (options, message) => {
    expect(() => dit(options as DitOptions)).toThrow(message);
  });

  /** The first two and the last two outputs, by scripts/reference. */
  const goldens: Readonly<Record<string, readonly number[]>> = {
    "two blocks of two heads": [-1.192897131176, 0.33373952013, -0.6613136500136, 0.9830006214054],
    "oblong images of two channels": [-0.4291018201575, 0.06669984940972, -1.907209361149, -1.663443210748],
    classes: [-0.1601411967907, -1.275897011606, 1.093988042447, 1.439898170428],
  };

  it.each(ditCases)("computes what the paper describes: $name", async ({ name, options, labels }) => {
    const model = dit(options);
    const told = labels && { labels: constant(labels, [labels.length], "int32") };
    const { out } = await (await compileModel({ ...model, apply: (params, xt, t) => model.apply(params, xt, t, told) }, { batch: 2 }))(randomFeeds(model, 2));
    const got = values(out);
    goldens[name]?.forEach((value, i) => {
      expect(got.at(i < 2 ? i : i - 4)).toBeCloseTo(value, 11);
    });
    expect(goldens[name]).toHaveLength(4);
  });

  it("knows places by sines and cosines of row and column", () => {
    const table = nn.sinCosPosition([2, 3], 8);
    // Row 1, column 2: frequencies 1 and 1/100 on either axis.
    [Math.sin(1), Math.sin(0.01), Math.cos(1), Math.cos(0.01), Math.sin(2), Math.sin(0.02), Math.cos(2), Math.cos(0.02)].forEach(
      (value, i) => {
        expect(table[5 * 8 + i]).toBeCloseTo(value, 12);
      },
    );
    expect(() => nn.sinCosPosition([2, 2], 6)).toThrow("sinCosPosition: size: expected a multiple of 4, got 6");
  });
});
