/** The threads that this page or worker may use, and why not more. */
export interface AvailableThreads {
  readonly most: number;
  /** Absent where nothing stands in the way. */
  readonly why?: string | undefined;
}

/** Looks at the realm that this runs in: memory shared between threads needs cross-origin isolation. */
export function availableThreads(): AvailableThreads {
  if (!self.crossOriginIsolated) {
    return {
      most: 1,
      why: "one thread: this page is not cross-origin isolated; serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
    };
  }
  const cores = navigator.hardwareConcurrency || 1;
  return cores > 1 ? { most: Math.min(8, cores) } : { most: 1, why: "one thread: this machine shows one core" };
}

/**
 * The threads to run on: those asked for, or all there are.
 *
 * @throws RangeError if more were asked for than there may be
 */
export function chooseThreads(asked: number | undefined, { most, why }: AvailableThreads): number {
  if (asked === undefined) return most;
  if (!Number.isInteger(asked) || asked < 1) {
    throw new RangeError(`webRuntime: threads: expected a whole number from 1, got ${String(asked)}`);
  }
  if (asked > 1 && most === 1 && why !== undefined) throw new RangeError(`webRuntime: threads: expected 1, got ${String(asked)}: ${why}`);
  return asked;
}
