/** @file What an experiment finds, before it is written down. */
import type { ReportFigure, ReportRow, ReportTable } from "@fluxion/node";
import type { MethodId } from "./methods.ts";

/** Whether numbers agree with a statement; undefined where they do not decide: what differs lies within noise, or is missing. */
export type Holds = boolean | undefined;

/** A statement of the paper, held against our numbers. */
export interface Claim {
  readonly claim: string;
  /** Where the paper makes it. */
  readonly source: string;
  /** When it holds, in words: the rule, with its margins. */
  readonly criterion: string;
  readonly holds: Holds;
  /** The numbers. */
  readonly evidence: string;
}

/** A figure under the name of its files. */
export interface NamedFigure extends ReportFigure {
  readonly id: string;
}

/** What an experiment found. */
export interface Findings {
  readonly rows: readonly ReportRow[];
  readonly tables: readonly ReportTable[];
  readonly figures: readonly NamedFigure[];
  readonly claims: readonly Claim[];
  /** The numbers behind it all. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A verdict in words. */
export const verdictOf = (holds: Holds): string => (holds === undefined ? "undecided" : holds ? "holds" : "does not hold");

/**
 * Whether one number is less than another by more than a margin; false where it is greater by more than that, undecided between.
 *
 * @param margin - in the units of the numbers, from 0
 */
export function less(a: number, b: number, margin: number): Holds {
  if (b - a > margin) return true;
  return a - b > margin ? false : undefined;
}

/** Whether all of some statements hold: false if one does not, undecided if one is, or if there are none. */
export function all(verdicts: readonly Holds[]): Holds {
  if (verdicts.includes(false)) return false;
  return verdicts.length > 0 && verdicts.every((holds) => holds === true) ? true : undefined;
}

/**
 * Whether FM w/ OT has the least of a value of all methods, by more than `margin`; undecided where a value is missing.
 *
 * @param margin - of another method against FM w/ OT, in the value's units. Default 0
 */
export function otLeast<Row extends { readonly id: MethodId }>(
  rows: readonly Row[],
  value: (row: Row) => number,
  margin: (other: Row, ot: Row) => number = () => 0,
): Holds {
  const ot = rows.find(({ id }) => id === "fm-ot");
  return ot && all(rows.filter((row) => row !== ot).map((row) => less(value(ot), value(row), margin(row, ot))));
}

/** Two standard errors of a difference: what values with these errors differ by in noise. */
export const twoErrors = (a: number, b: number): number => 2 * Math.hypot(a, b);

/** By how much evaluations must differ, as a share: each is of one seed. */
export const nfeShare = 0.05;

/** By how much Fréchet distances must differ, as a share: each is of one seed. */
export const frechetShare = 0.1;

/** A value of every method in words: "DDPM 3.12, Score Matching 3.16". */
export const listed = <Row extends { readonly label: string }>(rows: readonly Row[], value: (row: Row) => number | string): string =>
  rows.map((row) => `${row.label} ${value(row)}`).join(", ");

/** The claims as a table. */
export function claimsTable(claims: readonly Claim[]): ReportTable {
  return {
    title: "The paper's claims at this scale",
    columns: ["claim", "source", "holds if", "here", "numbers"],
    rows: claims.map(({ claim, source, criterion, holds, evidence }) => [claim, source, criterion, verdictOf(holds), evidence]),
    note: "Undecided: what differs is within the margin, or numbers are missing.",
  };
}
