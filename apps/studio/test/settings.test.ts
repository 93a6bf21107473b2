import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { ownPoints } from "../src/settings/own-points.ts";
import { packPoints, unpackPoints } from "../src/settings/pack-points.ts";
import { readAddress, writeAddress } from "../src/settings/address.ts";
import { problemOf } from "../src/settings/problem-of.ts";
import type { ChoiceSpec, NumberSpec, Spec } from "../src/settings/settings.ts";
import { everySetting, shared, sides, sideSpecs, sharedSpecs } from "../src/settings/settings.ts";
import { takeProblem } from "../src/settings/take-problem.ts";

beforeEach(() => {
  readAddress("");
});

it("writes nothing for defaults", () => {
  expect(writeAddress()).toBe("");
});

it("restores every setting from its address", () => {
  const values = fc.record({
    data: fc.constantFrom(...sharedSpecs.data.values),
    seed: fc.integer({ min: 0, max: 9999 }),
    compare: fc.boolean(),
    path: fc.constantFrom(...sideSpecs.path.values),
    alpha: fc.string({ maxLength: 40 }),
    rate: fc.constantFrom(1e-4, 2e-3, 0.1),
    other: fc.constantFrom(...sideSpecs.objective.values),
  });
  fc.assert(
    fc.property(values, ({ data, seed, compare, path, alpha, rate, other }) => {
      shared.data.value = data;
      shared.seed.value = seed;
      shared.compare.value = compare;
      sides[0].path.value = path;
      sides[0].alpha.value = alpha;
      sides[1].rate.value = rate;
      sides[1].objective.value = other;
      const address = writeAddress();
      const before = everySetting.map(({ value }) => value.value);
      readAddress("");
      expect(readAddress(`#${address}`)).toEqual([]);
      expect(everySetting.map(({ value }) => value.value)).toEqual(before);
    }),
  );
});

it("restores each setting, whatever it may be set to", () => {
  for (const { name, spec, value } of everySetting) {
    const { min, max, step, log, values } = spec as Spec<unknown> & Partial<Pick<NumberSpec, "min" | "max" | "step" | "log"> & Pick<ChoiceSpec<string>, "values">>;
    const others = values ?? (min !== undefined && max !== undefined && step !== undefined ? [min, max, log === true ? max / 2 : min + step] : typeof spec.default === "boolean" ? [true, false] : ["a & b=#", ""]);
    for (const other of others) {
      value.value = other;
      const address = writeAddress();
      readAddress("");
      expect(readAddress(`#${address}`), name).toEqual([]);
      expect(value.value, name).toEqual(other);
    }
    readAddress("");
  }
});

it("says what it does not understand, and keeps the default there", () => {
  expect(readAddress("#seed=-1&path=magic&chapter=path&nonsense=1&width=63.5&points=x~y~AAAA")).toEqual(["seed=-1", "path=magic", "width=63.5", "points", "nonsense"]);
  expect([shared.seed.value, sides[0].path.value, shared.chapter.value]).toEqual([0, "ot", "path"]);
});

it("keeps drawn points in the address, to a part in 4095 of their box", () => {
  const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(fc.array(coordinate, { minLength: 2, maxLength: 200 }), (list) => {
      const points = Float32Array.from(list.slice(0, 2 * Math.floor(list.length / 2)));
      const packed = packPoints(points)!;
      const unpacked = unpackPoints(packed)!;
      const span = Math.max(...points) - Math.min(...points) || 1;
      points.forEach((value, i) => expect(Math.abs(value - unpacked[i]!)).toBeLessThan(span / 4095 + 1e-4));
      // What was unpacked once packs to itself: a link of a link is the same link.
      expect(unpackPoints(packPoints(unpacked)!)!.length).toBe(unpacked.length);
    }),
  );
});

it.each(["", "1~2", "2~1~AAAA", "0~1~AAA", "0~1~A!AA", "a~1~AAAA", `0~1~${"AAAA".repeat(2001)}`])("refuses %.30s as points", (text) => {
  expect(unpackPoints(text)).toBeUndefined();
});

it("gives a problem back as it came", () => {
  ownPoints.value = Float32Array.of(0, 1, 2, 3);
  shared.data.value = "own";
  sides[0].path.value = "ve";
  sides[0].sigmaMax.value = 12.5;
  sides[0].width.value = 96;
  const problem = problemOf(0);
  readAddress("");
  takeProblem(0, problem);
  expect(problemOf(0)).toEqual(problem);
});
