/** @file The command line of the benchmark. */
import { parseArgs } from "node:util";

/** What to measure and how long. */
export interface Flags {
  /** Only cases whose name matches. */
  readonly only: RegExp | undefined;
  readonly rounds: number;
  /** Seconds for one measurement. */
  readonly limit: number;
  /** Only at one thread, or only at all cores. */
  readonly threads: "one" | "all" | undefined;
  readonly quick: boolean;
  /** The name of the results, without `.json`. */
  readonly name: string | undefined;
  /** Go on with results that are there, and measure what they lack. */
  readonly resume: boolean;
  /** Measure what `only` names anew, beside results of an earlier commit. */
  readonly renew: boolean;
  readonly list: boolean;
  /** Fill docs/performance.md from results that are there, and measure nothing. */
  readonly document: boolean;
  readonly help: boolean;
}

/** What `--help` prints. */
export const usage = `npm run bench -- [flags]

  --only <pattern>    only cases whose name matches this regular expression
  --threads one|all   only at one thread, or only at all cores (default: both, where a case has both)
  --rounds <count>    rounds in which all sides take turns, from 1 (default 7; quick 2)
  --limit <seconds>   for one measurement: beyond, it does fewer rounds or is left out (default 30; quick 20)
  --quick             short turns and small sizes: shows that all runs, measures little
  --name <name>       writes bench/results/NAME.json (default: date and CPU)
  --resume            keeps what NAME.json has, and measures what it lacks or what failed
  --renew             measures what --only names anew in NAME.json of an earlier commit, whose other results stay and say so
  --list              prints the cases
  --document          fills docs/performance.md and its figures from NAME.json, and measures nothing

FLUXION_BENCH_PYTHON names a Python with torch and numpy, FLUXION_BENCH_PEERS a directory with @jax-js/jax and
@tensorflow/tfjs in its node_modules; both do the same work beside ours.`;

/**
 * Reads the flags.
 *
 * @throws Error for unknown flags and bad values
 */
export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      threads: { type: "string" },
      rounds: { type: "string" },
      limit: { type: "string" },
      quick: { type: "boolean", default: false },
      name: { type: "string" },
      resume: { type: "boolean", default: false },
      renew: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      document: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { only, name, quick, resume, renew, list, document, help, threads } = values;
  const rounds = values.rounds === undefined ? (quick ? 2 : 7) : Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds: expected a whole number from 1, got "${String(values.rounds)}"`);
  }
  const limit = values.limit === undefined ? (quick ? 20 : 30) : Number(values.limit);
  if (!(limit > 0 && limit < 1e6)) throw new RangeError(`--limit: expected seconds above 0, got "${String(values.limit)}"`);
  if (name !== undefined && !/^[\w.-]*\w$/.test(name)) {
    throw new RangeError(`--name: expected letters, digits, dots and dashes, got "${name}"`);
  }
  if (threads !== undefined && threads !== "one" && threads !== "all") {
    throw new RangeError(`--threads: expected one or all, got "${threads}"`);
  }
  if (document && name === undefined) throw new RangeError("--document: expected --name with the results to show, got none");
  if (renew && (only === undefined || name === undefined || resume)) {
    throw new RangeError("--renew: expected --only with the cases to measure anew and --name with the results they are put in, and no --resume");
  }
  return { only: only === undefined ? undefined : pattern(only), rounds, limit, threads, quick, name, resume, renew, list, document, help };
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new RangeError(`--only: expected a regular expression, got "${text}"`);
  }
}
