/** The coefficients of an explicit Runge–Kutta method. */
export interface Tableau {
  readonly name: string;
  /** The order of the solution. */
  readonly order: number;
  /** Stage nodes, the first 0. */
  readonly c: readonly number[];
  /** Row i weighs the stages before stage i. */
  readonly a: readonly (readonly number[])[];
  /** Weights of the solution. */
  readonly b: readonly number[];
  /** Weights of the error estimate, the solution minus the embedded one; absent for fixed-step methods. */
  readonly bError?: readonly number[];
}

const close = (x: number, y: number): boolean => Math.abs(x - y) < 1e-13;
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * A tableau that has been checked: rows of a add up to c, b to 1, the error weights to 0, the method is explicit.
 *
 * @throws Error naming the method and what does not add up
 */
export function tableau(method: Tableau): Tableau {
  const { name, a, b, c, bError } = method;
  const fail = (what: string): never => {
    throw new Error(`tableau ${name}: ${what}`);
  };
  if (a.length !== b.length || c.length !== b.length || (bError && bError.length !== b.length)) {
    fail("a, b, c and bError must have one entry per stage");
  }
  a.forEach((row, i) => {
    if (row.length !== i) fail(`row ${String(i)} of a must weigh the ${String(i)} stages before it`);
    if (!close(total(row), c[i] ?? NaN)) fail(`row ${String(i)} of a must add up to c`);
  });
  if (!close(total(b), 1)) fail("b must add up to 1");
  if (bError && !close(total(bError), 0)) fail("bError must add up to 0");
  return method;
}

/** First same as last: the last stage of a step is the first of the next. */
export function isFsal({ a, b, c }: Tableau): boolean {
  const last = a[a.length - 1] ?? [];
  return a.length > 1 && c[c.length - 1] === 1 && b[b.length - 1] === 0 && last.every((value, i) => value === b[i]);
}
