import { describe, expect, it } from "vitest";
import { listed, otHasLeast } from "../src/reproduce/findings.ts";

const rows = [
  { id: "ddpm", label: "DDPM", value: 3 },
  { id: "fm-ot", label: "FM w/ OT", value: 2 },
  { id: "scoreflow", label: "ScoreFlow", value: 2.5 },
] as const;
const value = (row: { readonly value: number }): number => row.value;
const without = (id: string, value: number) => rows.map((row) => (row.id === id ? { ...row, value } : row));

describe("otHasLeast", () => {
  it("is true only where FM w/ OT is below every other method, by more than the margin", () => {
    expect(otHasLeast(rows, value)).toBe(true);
    expect(otHasLeast(rows, value, () => 0.49)).toBe(true);
    expect(otHasLeast(rows, value, () => 0.5)).toBe(false);
    expect(otHasLeast(without("scoreflow", 2), value)).toBe(false);
    expect(otHasLeast(without("scoreflow", 1), value)).toBe(false);
  });

  it("is false where a value is missing", () => {
    expect(otHasLeast(without("ddpm", NaN), value)).toBe(false);
    expect(otHasLeast(without("fm-ot", NaN), value)).toBe(false);
    expect(otHasLeast(rows.filter(({ id }) => id !== "fm-ot"), value)).toBe(false);
  });
});

it("lists values in words", () => {
  expect(listed(rows, value)).toBe("DDPM 3, FM w/ OT 2, ScoreFlow 2.5");
});
