import { expect } from "vitest";
import { disagreement } from "../../graph/test/compare.ts";

/** What `runFlow` gives, or a report of it. */
type Run = Readonly<Record<"losses" | "ema" | "fixed" | "samples" | "logProb", ArrayLike<number>>>;

/** Holds a browser's run of `runFlow` to Node's. */
export function expectAsOnNode(found: Run | undefined, onNode: Run): void {
  for (const key of ["losses", "ema", "fixed", "samples", "logProb"] as const) {
    expect(disagreement(found?.[key] ?? [], onNode[key]), key).toBeLessThan(1e-3);
  }
}
