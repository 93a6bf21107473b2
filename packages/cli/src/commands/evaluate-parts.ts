/** @file What an evaluation has measured so far, kept in the run so that one that was stopped goes on. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { writeAtomic } from "@fluxion/node";
import type { Run } from "@fluxion/node";

/** Likelihoods of the first images. */
export interface Measured {
  /** Bits per dimension, an image each. */
  readonly values: readonly number[];
  /** Standard deviation over an image's copies, bits per dimension, the mean over these images. */
  readonly spread: number;
  /** Evaluations and seconds of all solves. */
  readonly nfe: number;
  readonly solves: number;
  readonly seconds: number;
}

/** Where they are kept. */
export interface MeasuredParts {
  /** What an earlier process left of the same evaluation; nothing measured if there is none. */
  read(): Measured;
  keep(measured: Measured): void;
  /** Forgets them, as when all is measured. */
  drop(): void;
}

/**
 * The parts of one evaluation of a run.
 *
 * @param asked - what was asked for: parts of another evaluation, or of other weights, are not taken up
 */
export function measuredParts(run: Run, asked: Readonly<Record<string, unknown>>): MeasuredParts {
  const file = run.file("evaluation.partial.json");
  const weights = createHash("sha256").update(readFileSync(run.file("weights.safetensors"))).digest("hex");
  const name = JSON.stringify({ ...asked, weights });
  return {
    read: () => readMeasured(file, name) ?? { values: [], spread: 0, nfe: 0, solves: 0, seconds: 0 },
    keep: (measured) => {
      writeAtomic(file, `${JSON.stringify({ name, ...measured })}\n`);
    },
    drop: () => {
      rmSync(file, { force: true });
    },
  };
}

/** Undefined for what is damaged or of another evaluation. */
function readMeasured(file: string, name: string): Measured | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as Measured & { readonly name: string };
    return kept.name === name ? kept : undefined;
  } catch {
    return undefined;
  }
}
