import fc from "fast-check";
import { it } from "vitest";
import { recipes, runs } from "../../graph/test/random-programs.ts";
import { build } from "../../graph/test/random/build.ts";
import { checkAgreement } from "./agreement.ts";

it("runs random programs and their derivatives on ONNX Runtime as the interpreter does", async () => {
  await fc.assert(fc.asyncProperty(recipes, (recipe) => checkAgreement(build(recipe, 1))), runs(60));
}, 3_600_000);
