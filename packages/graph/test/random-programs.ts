/** @file Random programs: lists of instructions that fast-check draws and shrinks; `build` makes a program of each. */
import fc from "fast-check";
import { mostDraw } from "./random/draft.ts";
import type { Instruction } from "./random/draft.ts";

/** What a random program is made from. */
export interface Recipe {
  readonly instructions: readonly Instruction[];
  /** Whether the leading axes of some inputs are named. */
  readonly named: boolean;
  /** Which values it is fed. */
  readonly seed: number;
}

const plain = { family: fc.nat(999), draws: fc.array(fc.nat(mostDraw - 1), { minLength: 6, maxLength: 6 }) };
const withBody = (inner: fc.Arbitrary<Instruction>): fc.Arbitrary<Instruction> =>
  fc.record({ ...plain, body: fc.array(inner, { minLength: 1, maxLength: 5, size: "max" }) });
const step: fc.Arbitrary<Instruction> = fc.record(plain);
const nested = fc.oneof({ weight: 6, arbitrary: step }, { weight: 1, arbitrary: withBody(step) });
const instruction = fc.oneof({ weight: 5, arbitrary: step }, { weight: 1, arbitrary: withBody(nested) });

/** Programs of 5 to 60 instructions. */
export const recipes: fc.Arbitrary<Recipe> = fc.record({
  instructions: fc.array(instruction, { minLength: 5, maxLength: 60, size: "max" }),
  named: fc.boolean(),
  seed: fc.nat(99),
});

/** How many programs, and which: a run in CI is short and always the same. */
export const runs = (few: number): { readonly numRuns: number; readonly seed: number } => {
  const { FLUXION_RANDOM_PROGRAMS: count, FLUXION_RANDOM_SEED: seed } = process.env;
  return { numRuns: Number(count ?? few), seed: Number(seed ?? 1) };
};
