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
    return rate > 0 ? `${formatSeconds((total - at) / rate / 1000)} left` : "";
  };
  const show = stream.isTTY ? bar(stream, total, done) : lines(stream, total);
  return {
    update(next, detail) {
      at = Math.min(total, Math.max(at, next));
      show.draw(at, [...Object.entries(detail).map(([name, value]) => `${name} ${value}`), left()].join(" | "));
    },
    stop() {
      show.stop();
    },
  };
}

interface Display {
  draw(done: number, text: string): void;
  stop(): void;
}

function bar(stream: NodeJS.WriteStream, total: number, done: number): Display {
  const format = " {bar} {percentage}% | step {value}/{total} | {text}";
  const drawn = new cliProgress.SingleBar({ format, barsize: 24, hideCursor: true, stream }, cliProgress.Presets.shades_classic);
  drawn.start(total, done, { text: "" });
  return {
    draw: (at, text) => {
      drawn.update(at, { text });
    },
    stop: () => {
      drawn.stop();
    },
  };
}

function lines(stream: NodeJS.WriteStream, total: number): Display {
  let tenth = 0;
  return {
    draw: (at, text) => {
      const reached = Math.floor((10 * at) / total);
      if (reached <= tenth) return;
      tenth = reached;
      stream.write(`${String(10 * reached).padStart(3)}% | step ${formatCount(at)}/${formatCount(total)} | ${text}\n`);
    },
    stop: () => {
      // Lines need no tidying up.
    },
  };
}
