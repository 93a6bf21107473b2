/** @file Stopping a command: Ctrl-C, or a request to end. */

/** Work that was stopped before its end. */
export class Interrupted extends Error {
  /** What became of it. */
  readonly what: string;

  /** @param next - what to do about it */
  constructor(what: string, next: string) {
    super(`${what}; ${next}`);
    this.name = "Interrupted";
    this.what = what;
  }
}

/**
 * Does work that may be stopped: SIGINT or SIGTERM rejects it, though it goes on until the process ends, as the command then does.
 * Signals come between two calls of the runtime and so never in the middle of a file.
 *
 * @param stopped - says what is kept and what to do next
 * @throws what `stopped` gives; as `work`
 */
export async function interruptible<T>(stopped: () => Interrupted, work: () => Promise<T>): Promise<T> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  let interrupt = (): void => undefined;
  const interruption = new Promise<never>((_, reject) => {
    interrupt = () => {
      reject(stopped());
    };
  });
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await Promise.race([work(), interruption]);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
