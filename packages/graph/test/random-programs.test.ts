import fc from "fast-check";
import { it } from "vitest";
import { recipes, runs } from "./random-programs.ts";
import { build } from "./random/build.ts";
import { checkDerivatives } from "./random/derivatives.ts";

it("simplifies and differentiates random programs", () => {
  fc.assert(fc.property(recipes, (recipe) => checkDerivatives(build(recipe, 2))), runs(200));
}, 3_600_000);
