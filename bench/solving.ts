/** @file Solves on both sides: the same network, start and tolerances. */
import { agreement } from "./case.ts";
import type { Context, Measurement } from "./case.ts";
import { interleave, ratioOf, timed } from "./interleave.ts";
import type { Side } from "./interleave.ts";
import { relativeDistance } from "./statistics.ts";

/** What a solve gives. */
export interface Solved {
  readonly values: ArrayLike<number>;
  /** Evaluations of the network. */
  readonly nfe: number;
}

/** A solve on both sides. */
export interface SolveDuel {
  /** What `values` are. */
  readonly what: string;
  readonly points: number;
  readonly solve: () => Promise<Solved>;
  /** Other calls of ours worth knowing, by name. */
  readonly others?: Readonly<Record<string, () => Promise<unknown>>>;
  /** What the rival is told. */
  readonly setup: Readonly<Record<string, unknown>>;
}

/** Compares the results of one solve, then takes turns. */
export async function measureSolves(context: Context, duel: SolveDuel): Promise<Measurement> {
  const { rival } = context;
  const { solve, others = {}, points } = duel;
  const ours = await solve();
  const sides: Side[] = Object.entries({ fluxion: solve, ...others }).map(([name, work]) => ({
    name,
    units: 1,
    run: (turns) => timed(turns, work),
  }));
  if (!rival) return { figures: await interleave(sides, context), details: { points, nfe: ours.nfe } };
  await rival.setup(duel.setup);
  const { nfe: rivalNfe = NaN } = await rival.run(1);
  const compared = agreement([
    { what: `${duel.what}, relative`, distance: relativeDistance(await rival.result(), Float32Array.from(ours.values)), tolerance: 1e-3 },
    // Evaluations differ a little, for the controllers of the step size do.
    { what: "NFE, relative", distance: Math.abs(ours.nfe / rivalNfe - 1), tolerance: 0.25 },
  ]);
  sides.push({ name: "pytorch", units: 1, run: async (turns) => (await rival.run(turns)).seconds });
  const figures = await interleave(sides, context);
  const ratio = compared.agrees ? ratioOf(figures["fluxion"], figures["pytorch"]) : undefined;
  return {
    figures,
    ratio,
    agreement: compared,
    details: { points, nfe: ours.nfe, rivalNfe, ...(ratio && { ratioPerEvaluation: (ratio.median * ours.nfe) / rivalNfe }) },
  };
}
