/** @file What an experiment finds, before it is written down. */
import type { ReportFigure, ReportRow, ReportTable } from "@fluxion/node";
import type { MethodId } from "./methods.ts";

/** A statement of the paper, held against our numbers. */
export interface Claim {
  readonly claim: string;
  /** Where the paper makes it. */
  readonly source: string;
  /** Undefined where the numbers do not decide. */
  readonly holds: boolean | undefined;
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

const verdict = (holds: boolean | undefined): string => (holds === undefined ? "undecided" : holds ? "holds" : "does not hold");

/**
 * Whether FM w/ OT has the least of a value of all methods, by more than `margin`; false where a value is missing.
 *
 * @param margin - of another method against FM w/ OT, in the value's units. Default 0
 */
export function otHasLeast<Row extends { readonly id: MethodId }>(
  rows: readonly Row[],
  value: (row: Row) => number,
  margin: (other: Row, ot: Row) => number = () => 0,
): boolean {
  const ot = rows.find(({ id }) => id === "fm-ot");
  return ot !== undefined && rows.every((row) => row === ot || value(row) - value(ot) > margin(row, ot));
}

/** A value of every method in words: "DDPM 3.12, Score Matching 3.16". */
export const listed = <Row extends { readonly label: string }>(rows: readonly Row[], value: (row: Row) => number | string): string =>
  rows.map((row) => `${row.label} ${value(row)}`).join(", ");

/** The claims as a table. */
export function claimsTable(claims: readonly Claim[]): ReportTable {
  return {
    title: "The paper's claims at this scale",
    columns: ["claim", "source", "here", "numbers"],
    rows: claims.map(({ claim, source, holds, evidence }) => [claim, source, verdict(holds), evidence]),
  };
}
