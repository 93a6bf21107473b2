import { gather } from "@fluxion/graph";
import { gaussian } from "./initializers.ts";
import type { Module } from "./module.ts";
import { parameter } from "./module.ts";

/**
 * A learned row for every class and one more for none in particular: labels, int32 `[batch]` in 0…`classes`, to
 * `[batch, width]`.
 */
export function labelEmbedding(classes: number, width: number): Module {
  return {
    parameters: { table: gaussian([classes + 1, width], 0.02) },
    apply: (params, labels) => gather(parameter(params, "table"), labels),
  };
}
