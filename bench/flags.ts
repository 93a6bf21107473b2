/** @file The command line of the benchmark. */
import { parseArgs } from "node:util";

/** What to measure and how long. */
export interface Flags {
  /** Only cases whose name matches. */
  readonly only: RegExp | undefined;
  readonly rounds: number;
  readonly quick: boolean;
  /** The name of the results, without `.json`. */
  readonly name: string | undefined;
  readonly help: boolean;
}

/** What `--help` prints. */
export const usage = `npm run bench -- [flags]

  --only <pattern>  only cases whose name matches this regular expression
  --rounds <count>  rounds in which all sides take turns, from 1 (default 9; quick 2)
  --quick           short turns and small sizes: shows that all runs, measures little
  --name <name>     writes bench/results/NAME.json (default: date and CPU)

FLUXION_BENCH_PYTHON names a Python with torch and numpy, which does the same work beside ours.`;

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
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      name: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { only, name, quick, help } = values;
  const rounds = values.rounds === undefined ? (quick ? 2 : 9) : Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds: expected a whole number from 1, got "${String(values.rounds)}"`);
  }
  if (name !== undefined && !/^[\w.-]*\w$/.test(name)) {
    throw new RangeError(`--name: expected letters, digits, dots and dashes, got "${name}"`);
  }
  return { only: only === undefined ? undefined : pattern(only), rounds, quick, name, help };
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new RangeError(`--only: expected a regular expression, got "${text}"`);
  }
}
