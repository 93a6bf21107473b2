/** @file Results as people read them. */
import type { Target } from "./case.ts";
import type { Result } from "./measure.ts";
import type { Report } from "./report.ts";
import { titleOf } from "./run.ts";
import type { Summary } from "./statistics.ts";

const headings = ["case", "threads", "ours", "PyTorch", "ratio", "target", "", "others (ratio)"] as const;

/** The results as a table, with what they depend on above and what went wrong below. */
export function renderReport(report: Report): string {
  const { rounds, quick, complete } = report;
  const head = [
    ...describe(report),
    `median and quartiles of ${String(rounds)} interleaved rounds or fewer, by the limit of ${String(report.limitSeconds)} s` +
      `${complete ? "" : "; unfinished"}${quick ? "; --quick: these numbers mean little" : ""}`,
  ];
  return [...head, "", ...table(report.results.map(row)), ...report.results.flatMap(remarks), ""].join("\n");
}

/** Machine, versions and rivals, in a few lines. */
export function describe({ machine, rivals }: Report): readonly string[] {
  const versions = (about: Readonly<Record<string, unknown>>): string => Object.entries(about).map(([name, value]) => `${name} ${String(value)}`).join(", ");
  const each = Object.entries(rivals).map(([name, about]) => `${titleOf(name)}: ${about === "missing" ? "missing" : versions(about)}`);
  return [
    `${machine.date.slice(0, 10)}  ${machine.cpu}, ${String(machine.cores)} cores, ${String(machine.memoryGigabytes)} GiB (load ${machine.load.toFixed(1)}), ${machine.system}`,
    `Fluxion ${machine.fluxion} (${machine.commit}), Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}`,
    ...each,
  ];
}

/** One line while a run goes on. */
export function summary({ name, threads, error, leftOut, ratios = {}, figures = {}, unit, seconds = 0 }: Result): string {
  const ratio = Object.entries(ratios).map(([rival, { median }]) => `${titleOf(rival)} ${number(median)}`);
  const own = figures["fluxion"];
  const done = own ? `${number(own.median)} ${unit}${ratio.length > 0 ? `; ratio to ${ratio.join(", ")}` : ""}` : "done";
  const said = error !== undefined ? `failed: ${error}` : leftOut !== undefined ? `left out: ${leftOut}` : done;
  return `${name} (${String(threads)}): ${said} [${seconds.toFixed(0)} s]`;
}

function row(result: Result): readonly string[] {
  const { name, threads, unit, figures = {}, ratios = {}, target, rivals } = result;
  const { fluxion, pytorch, ...others } = figures;
  const ratio = ratios["pytorch"];
  return [
    name,
    String(threads),
    fluxion ? `${spread(fluxion)} ${unit}` : result.leftOut === undefined ? "failed" : "left out",
    pytorch ? spread(pytorch) : rivals["pytorch"] === "missing" ? "missing" : "",
    ratio ? spread(ratio) : rivals["pytorch"] === "disagrees" ? "refused" : "",
    target ? bound(target) : "",
    result.met === undefined ? "" : result.met ? "met" : "missed",
    Object.entries(others)
      .map(([side, { median }]) => `${titleOf(side)} ${number(median)}${ratios[side] ? ` (${number(ratios[side].median)})` : ""}`)
      .join(", "),
  ];
}

/** Such as `≥ 2`. */
export const bound = ({ bound: kind, value }: Target): string => `${kind === "atLeast" ? "≥" : "<"} ${String(value)}`;

/** What is not well in a line of the table. */
function remarks({ name, threads, error, leftOut, agreements = {}, failures = {} }: Result): string[] {
  const at = `${name} (${String(threads)})`;
  if (error !== undefined) return [`${at}: ${error}`];
  if (leftOut !== undefined) return [`${at}: left out: ${leftOut}`];
  const apart = Object.entries(agreements).flatMap(([rival, { agrees, checks }]) => {
    if (agrees) return [];
    const found = checks.map(({ what, distance, tolerance }) => `${what} ${distance.toExponential(1)} (at most ${tolerance.toExponential(0)})`);
    return [`${at}: no ratio to ${titleOf(rival)}, because both sides do not compute the same: ${found.join(", ")}`];
  });
  return [...apart, ...Object.entries(failures).map(([rival, why]) => `${at}: ${titleOf(rival)} failed: ${why}`)];
}

/** `1,234 (1,201–1,250)` */
export function spread({ median, quartiles: [low, high], values }: Summary): string {
  return values.length === 1 ? number(median) : `${number(median)} (${number(low)}–${number(high)})`;
}

/** Three digits. */
export function number(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: Math.abs(value) < 1000 ? 3 : 4 });
}

function table(rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const lines = all.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
  return [lines[0] ?? "", "-".repeat(Math.max(...lines.map(({ length }) => length))), ...lines.slice(1)];
}
