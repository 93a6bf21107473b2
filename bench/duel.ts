/** @file The same work on all sides: set up, compare results, take turns, and take ratios where results agree. */
import { agreement, LeftOut } from "./case.ts";
import type { Agreement, Check, Context, Measurement } from "./case.ts";
import { interleave, ratioOf } from "./interleave.ts";
import type { Side } from "./interleave.ts";
import type { Rival } from "./rival.ts";
import { kindOf, rivalsAt } from "./rivals.ts";
import type { RivalName } from "./rivals.ts";

/** A measurement of ourselves beside rivals. */
export interface Duel {
  readonly rivals: readonly RivalName[];
  /** Our sides, the one that ratios are of first. */
  readonly ours: readonly Side[];
  /** Where our work is done instead of in this process, such as in a page: it is compared with what this process computes. */
  readonly elsewhere?: RivalName | undefined;
  /** What a rival is told of the work. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Units of work of a rival in a turn. Default 1. */
  readonly rivalUnits?: ((name: RivalName) => number) | undefined;
  /** Compares a rival that was set up with us. */
  readonly check: (rival: Rival, name: RivalName) => Promise<readonly Check[]>;
  /** `performance.now()` when the measurement began. */
  readonly started: number;
  readonly details: Readonly<Record<string, number | string>>;
}

/** Measures a duel. A rival that fails is a line of the results: the others still count. */
export async function measureDuel(context: Context, duel: Duel): Promise<Measurement> {
  const { rivals, request, rivalUnits = () => 1, check, started, details } = duel;
  const ours = duel.elsewhere === undefined ? duel.ours : [await elsewhere(context, duel, duel.elsewhere)];
  const sides: Side[] = [...ours];
  const agreements: Record<string, Agreement> = {};
  const failures: Record<string, string> = {};
  for (const name of rivalsAt(rivals, context.threads)) {
    try {
      const rival = await context.rivals.start(name);
      if (!rival) continue;
      await rival.setup({ ...request, ...kindOf(name).setup });
      agreements[name] = agreement(await check(rival, name));
      const units = rivalUnits(name);
      sides.push({ name, units, run: (turns) => turnOf(rival, turns * units, (why) => (failures[name] = why)) });
    } catch (error) {
      failures[name] = reason(error);
    }
  }
  const spent = (performance.now() - started) / 1000;
  // Preparing, which compilers do, leaves half of the limit at least.
  const budget = Math.max(context.limit - spent, context.limit / 2);
  const all = await interleave(sides, { rounds: context.rounds, seconds: context.seconds, budget });
  const figures = Object.fromEntries(Object.entries(all).filter(([name]) => !(name in failures)));
  const mine = figures[ours[0]?.name ?? ""];
  const ratios = Object.fromEntries(
    Object.entries(agreements).flatMap(([name, { agrees }]) => {
      const ratio = agrees && !(name in failures) ? ratioOf(mine, figures[name]) : undefined;
      return ratio ? [[name, ratio]] : [];
    }),
  );
  return { figures, ratios, agreements, failures, details };
}

/** A turn of a rival; one that fails stands idle from then on. */
async function turnOf(rival: Rival, count: number, fail: (why: string) => void): Promise<number> {
  try {
    return (await rival.run(count)).seconds;
  } catch (error) {
    fail(reason(error));
    return 1;
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Our work in another place, as our side. */
async function elsewhere(context: Context, { request, rivalUnits = () => 1, check }: Duel, name: RivalName): Promise<Side> {
  const place = await context.rivals.start(name);
  if (!place) throw new LeftOut(`expected Chromium, got none; install it, or name it by FLUXION_CHROMIUM`);
  await place.setup(request);
  const { agrees, checks } = agreement(await check(place, name));
  if (!agrees) {
    const found = checks.map(({ what, distance }) => `${what} ${distance.toExponential(1)}`);
    throw new Error(`${name}: expected what this process computes, got ${found.join(", ")}`);
  }
  const units = rivalUnits(name);
  return { name: "fluxion", units, run: async (turns) => (await place.run(turns * units)).seconds };
}
