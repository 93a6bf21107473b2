import type { Path } from "fluxion";
import { describe, expect, it } from "vitest";
import { parseFlag, parseOptions } from "../src/options.ts";
import { pathOf } from "../src/task.ts";

/** The path of `fluxion train moons` with flags as text. */
const pathWith = (flags: Readonly<Record<string, string>> = {}): Path =>
  pathOf(parseOptions({ data: "moons", ...Object.fromEntries(Object.entries(flags).map(([key, text]) => [key, parseFlag(key, text)])) }, "options"));

describe("the path options of the command line", () => {
  it.each([
    [{}, { kind: "ot", sigmaMin: 1e-4 }],
    [{ path: "ot", sigmaMin: "0" }, { kind: "ot", sigmaMin: 0 }],
    [{ path: "vp", betaMax: "10" }, { kind: "vp", betaMin: 0.1, betaMax: 10, epsilon: 1e-5 }],
    [{ path: "ve", sigmaMax: "5" }, { kind: "ve", sigmaMin: 0.01, sigmaMax: 5 }],
    [{ path: "cosine" }, { kind: "cosine" }],
    [{ path: "polynomial" }, { kind: "polynomial", n: 2 }],
    [{ path: "polynomial", degree: "3" }, { kind: "polynomial", n: 3 }],
    [{ path: "linear-vp", epsilon: "1e-4" }, { kind: "linear-vp", epsilon: 1e-4 }],
  ])("%j make the path %j", (flags, config) => {
    expect(pathWith(flags).config).toEqual(config);
  });

  it.each([
    [{ path: "magic" }, /options: path: .*got "magic"/],
    [{ betaMax: "5" }, /betaMax: expected only for path vp, got it for path ot; leave it out/],
    [{ path: "cosine", epsilon: "1e-3" }, /epsilon: expected only for path vp and linear-vp, got it for path cosine/],
    [{ path: "ve", degree: "3" }, /degree: expected only for path polynomial, got it for path ve/],
    [{ path: "ve", sigmaMax: "0.001" }, /vePath: sigmaMax: expected a number above sigmaMin, 0.01, got 0.001/],
    [{ path: "vp", epsilon: "0" }, /epsilon: .*got 0/],
  ])("%j are refused", (flags, message) => {
    expect(() => pathWith(flags)).toThrow(message);
  });
});
