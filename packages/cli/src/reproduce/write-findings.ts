/** @file Findings as a page, as Markdown, as JSON, and the figures as SVG and PNG. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { renderReport, svgToPng, writeAtomic } from "@fluxion/node";
import type { ReportRow, ReportTable } from "@fluxion/node";
import { formatSeconds } from "../format.ts";
import type { Experiment } from "./experiment.ts";
import { claimsTable, verdictOf } from "./findings.ts";
import type { Findings } from "./findings.ts";

/** What the report says about how it was made. */
export interface Provenance {
  readonly command: string;
  readonly hardware: string;
  /** Of this call: measuring, and what of the training it did. */
  readonly seconds: number;
  readonly measuring: {
    readonly seconds: number;
    /** What was said before. */
    readonly predicted: number;
  };
  /** How the models were trained; none for closed forms. */
  readonly training?: ReportTable | undefined;
  readonly scale: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** Writes everything into a directory; returns the path of the page. */
export async function writeFindings(directory: string, experiment: Experiment, findings: Findings, made: Provenance): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const { training, ...provenance } = made;
  const tables = [...findings.tables, claimsTable(findings.claims), ...(training ? [training] : [])];
  const rows = [...rowsOf(made), ...findings.rows];
  for (const { id, svg } of findings.figures) {
    writeAtomic(join(directory, `${id}.svg`), svg);
    writeAtomic(join(directory, `${id}.png`), await svgToPng(svg));
  }
  const { figures, data } = findings;
  // In words too: JSON leaves out what is undecided.
  const claims = findings.claims.map((claim) => ({ ...claim, verdict: verdictOf(claim.holds) }));
  writeAtomic(join(directory, "result.json"), `${JSON.stringify({ experiment: experiment.name, ...provenance, rows, tables, claims, data }, null, 2)}\n`);
  writeAtomic(join(directory, "README.md"), markdown(experiment, { ...findings, rows }, tables, made));
  const page = join(directory, "report.html");
  writeAtomic(page, renderReport({ title: `${experiment.paper}: ${experiment.about}`, rows, tables, figures, options: { ...provenance } }));
  return page;
}

function rowsOf({ measuring, seconds, scale, training }: Provenance): readonly ReportRow[] {
  const done = seconds - measuring.seconds;
  const trained = training === undefined ? [] : [{ label: "training in this call", value: formatSeconds(done), note: "all of it is in the table below" }];
  return [
    ...(training === undefined ? [] : [{ label: "data", value: String(scale["data"]) }]),
    { label: "seed", value: String(scale["seed"]) },
    ...trained,
    { label: "measuring in this call", value: formatSeconds(measuring.seconds), note: `predicted: ${formatSeconds(measuring.predicted)}; what was measured before is kept` },
  ];
}

function markdown({ paper, about }: Experiment, { rows, figures }: Findings, tables: readonly ReportTable[], made: Provenance): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const parts = [
    `# ${paper}: ${about}`,
    `Made by \`${made.command}\` on ${made.hardware}.`,
    rows.map(({ label, value, note = "" }) => `- **${label}**: ${value}${note === "" ? "" : ` (${note})`}`).join("\n"),
    ...figures.map(({ id, title, caption }) => `![${cell(title)}](${id}.png)\n\n${caption}`),
    ...tables.map(({ title, columns, rows, note = "" }) =>
      [`## ${title}`, "", line(columns), line(columns.map(() => "---")), ...rows.map(line), ...(note === "" ? [] : ["", note])].join("\n"),
    ),
    `## Scale\n\n\`\`\`json\n${JSON.stringify({ ...made.scale, versions: made.versions }, null, 2)}\n\`\`\``,
  ];
  return `${parts.join("\n\n")}\n`;
}
