/** @file What an experiment finds, before it is written down. */
import type { ReportFigure, ReportRow, ReportTable } from "@fluxion/node";

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

/** The claims as a table. */
export function claimsTable(claims: readonly Claim[]): ReportTable {
  return {
    title: "The paper's claims at this scale",
    columns: ["claim", "source", "here", "numbers"],
    rows: claims.map(({ claim, source, holds, evidence }) => [claim, source, verdict(holds), evidence]),
  };
}
