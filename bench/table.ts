/** @file Results as people read them. */
import type { Report, Result } from "./run.ts";
import type { Summary } from "./statistics.ts";

const headings = ["case", "ours", "ours, numbers drawn", "PyTorch", "ratio", "target", ""] as const;

/** The results as a table, with what they depend on above and what went wrong below. */
export function renderReport(report: Report): string {
  const { machine, rival, rounds, quick } = report;
  const torch =
    rival === "missing"
      ? "missing: FLUXION_BENCH_PYTHON names no Python with torch"
      : Object.entries(rival).map(([name, value]) => `${name} ${String(value)}`).join(", ");
  const head = [
    `${machine.date.slice(0, 10)}  ${machine.cpu}, ${String(machine.cores)} cores (load ${machine.load.toFixed(1)}), ${machine.system}`,
    `Fluxion ${machine.fluxion} (${machine.commit}), Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}, ${String(machine.threads)} thread`,
    `rival: ${torch}`,
    `median and quartiles of ${String(rounds)} interleaved rounds${quick ? "; --quick: these numbers mean little" : ""}`,
  ];
  return [...head, "", ...table(report.results.map(row)), ...report.results.flatMap(remarks), ""].join("\n");
}

function row(result: Result): readonly string[] {
  const { name, unit, figures = {}, ratio, target } = result;
  const { fluxion, pytorch, ...others } = figures;
  const [user] = Object.values(others);
  return [
    name,
    fluxion ? `${spread(fluxion)} ${unit}` : "failed",
    user ? spread(user) : "",
    pytorch ? spread(pytorch) : result.rival === "missing" ? "missing" : "",
    ratio ? spread(ratio) : result.rival === "disagrees" ? "refused" : "",
    target ? `${target.bound === "atLeast" ? "≥" : "<"} ${String(target.value)}` : "",
    result.met === undefined ? "" : result.met ? "met" : "missed",
  ];
}

/** What is not well in a line of the table. */
function remarks({ name, error, agreement }: Result): string[] {
  if (error !== undefined) return [`${name}: ${error}`];
  if (agreement?.agrees !== false) return [];
  const found = agreement.checks.map(
    ({ what, distance, tolerance }) => `${what} ${distance.toExponential(1)} (at most ${tolerance.toExponential(0)})`,
  );
  return [`${name}: no ratio, because both sides do not compute the same: ${found.join(", ")}`];
}

/** `1,234 (1,201–1,250)` */
function spread({ median, quartiles: [low, high], values }: Summary): string {
  return values.length === 1 ? number(median) : `${number(median)} (${number(low)}–${number(high)})`;
}

/** Three digits. */
function number(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: Math.abs(value) < 1000 ? 3 : 4 });
}

function table(rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const lines = all.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
  return [lines[0] ?? "", "-".repeat(Math.max(...lines.map(({ length }) => length))), ...lines.slice(1)];
}
