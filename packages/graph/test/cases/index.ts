/** @file Every row of the conformance suite. A new family of ops is a file beside this and a line here. */
import { activationCases } from "./activations.ts";
import { binaryCases } from "./binary.ts";
import type { Cases } from "./case.ts";
import { convCases } from "./conv.ts";
import { einsumCases } from "./einsum.ts";
import { foundCases } from "./found.ts";
import { indexingCases } from "./indexing.ts";
import { linearCases } from "./linear.ts";
import { nnCases } from "./nn.ts";
import { reduceCases } from "./reduce.ts";
import { shapingCases } from "./shaping.ts";
import { unaryCases } from "./unary.ts";

export type { Case, Cases } from "./case.ts";

export const cases: Cases = {
  ...unaryCases,
  ...activationCases,
  ...binaryCases,
  ...reduceCases,
  ...linearCases,
  ...einsumCases,
  ...convCases,
  ...nnCases,
  ...shapingCases,
  ...foundCases,
  ...indexingCases,
};
