import cliProgress from "cli-progress";
import { formatCount, formatSeconds } from "./format.ts";

/** A live progress line. */
export interface Progress {
  /** Reports what is done; never goes back. */
  update(done: number, detail: Readonly<Record<string, string>>): void;
  /** Ends it: at the total if all is done. */
  stop(): void;
}

/** Options of `startProgress`. */
export interface ProgressOptions {
  readonly total: number;
  /** What is done already. Default 0. */
  readonly done?: number | undefined;
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds, growing. */
  readonly now?: (() => number) | undefined;
}

/** A bar on a terminal, and a plain line at every tenth elsewhere. */
export function startProgress({ total, done = 0, stream, now = () => performance.now() }: ProgressOptions): Progress {
  const started = now();
  let at = done;
  const left = (): string => {
    const rate = (at - done) / Math.max(now() - started, 1);
    return rate > 0 ? formatSeconds((total - at) / rate / 1000) : "…";
  };
  if (!stream.isTTY) return plainProgress(stream, total, left);
  const bar = new cliProgress.SingleBar(
    {
      format: " {bar} {percentage}% | step {value}/{total} | {detail} | {left} left",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 24,
      hideCursor: true,
      stream,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, done, { detail: "", left: "…" });
  return {
    update(next, detail) {
      at = Math.min(total, Math.max(at, next));
      bar.update(at, { detail: describe(detail), left: left() });
    },
    stop() {
      bar.stop();
    },
  };
}

const describe = (detail: Readonly<Record<string, string>>): string =>
  Object.entries(detail).map(([name, value]) => `${name} ${value}`).join(" | ");

function plainProgress(stream: NodeJS.WriteStream, total: number, left: () => string): Progress {
  let tenth = -1;
  return {
    update(done, detail) {
      const reached = Math.floor((10 * Math.min(done, total)) / total);
      if (reached <= tenth) return;
      tenth = reached;
      stream.write(`${String(10 * reached).padStart(3)}% | step ${formatCount(done)}/${formatCount(total)} | ${describe(detail)} | ${left()} left\n`);
    },
    stop() {
      // Nothing is drawn that would have to go.
    },
  };
}
