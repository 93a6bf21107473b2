/** @file The tables of docs/performance.md, made from the results of a run. */
import { reached } from "../measure.ts";
import type { Result } from "../measure.ts";
import type { Report } from "../report.ts";
import { titleOf } from "../run.ts";
import { bound, describe, number, spread } from "../table.ts";

type Row = readonly string[];

/** Every table by the name of its place in the page. */
export const tables: Readonly<Record<string, (report: Report) => string>> = {
  machine: (report) => [...describe(report), rounds(report), ...earlier(report), ...busy(report)].map((line) => `- ${line}`).join("\n"),
  targets,
  training: (report) => duels(report.results.filter(({ name }) => name.startsWith("train-"))),
  peers: (report) => peers(report.results.filter(({ name }) => !name.startsWith("chromium-"))),
  chromium: (report) => peers(report.results.filter(({ name }) => name.startsWith("chromium-"))),
  sampling: (report) => duels(report.results.filter(({ name }) => name.startsWith("sample-"))),
  likelihood: (report) => duels(report.results.filter(({ name }) => name.startsWith("likelihood-"))),
  costs,
  unmeasured,
};

function rounds({ rounds: most, secondsPerTurn, limitSeconds, quick, complete }: Report): string {
  const turns = `medians of up to ${String(most)} rounds, turns of ${String(secondsPerTurn)} s, ${String(limitSeconds)} s for a measurement`;
  return `${turns}${quick ? "; a quick run, whose numbers mean little" : ""}${complete ? "" : "; unfinished"}`;
}

/** Which results are of an earlier commit: all but those that are named. */
function earlier({ results, machine }: Report): readonly string[] {
  const commits = [...new Set(results.flatMap(({ commit }) => commit ?? []))];
  if (commits.length === 0) return [];
  const anew = results.filter(({ commit }) => commit === undefined).map(({ name, threads }) => `\`${name}\` (${String(threads)})`);
  return [`of commit ${machine.commit}: ${anew.join(", ")}; all others of ${commits.join(", ")}`];
}

/** A warning where others were at work. */
const busy = ({ machine: { load, cores } }: Report): readonly string[] =>
  load > cores / 2 ? ["**The machine was busy with other work when this run began: its figures are too low, and its ratios rough.**"] : [];

/** What a target is about: the ratio to PyTorch, or where a case has no rival, or counts seconds, our figure. */
function judged({ ratios = {}, figures = {}, rivals, unit }: Result): string {
  const own = unit === "s" || !("pytorch" in rivals);
  const value = own ? figures["fluxion"] : ratios["pytorch"];
  return value ? `${spread(value)}${own ? ` ${unit}` : "×"}` : "–";
}

function targets({ results }: Report): string {
  const rows = results.flatMap((result): Row[] => {
    const { name, threads, target, met } = result;
    const others = Object.entries(result.otherTargets ?? {}).map(([rival, other]): Row => {
      const ratio = result.ratios?.[rival];
      return [`${name}, to ${titleOf(rival)}`, String(threads), bound(other), ratio ? `${spread(ratio)}×` : "–", verdict(result, reached(ratio?.median, other))];
    });
    const own: Row[] = target ? [[name, String(threads), bound(target), judged(result), verdict(result, met)]] : [];
    return [...own, ...others];
  });
  return markdown(["case", "threads", "target", "measured", ""], rows);
}

const verdict = ({ leftOut }: Result, met: boolean | undefined): string =>
  met === undefined ? (leftOut === undefined ? "unknown" : "left out") : met ? "met" : "**missed**";

function duels(results: readonly Result[]): string {
  const rows = results.map((result): Row => {
    const { name, threads, figures = {}, ratios = {}, details = {}, rivals, unit } = result;
    const nfe = details["nfe"] === undefined ? "" : ` (NFE ${number(Number(details["nfe"]))}, ${number(Number(details["nfe pytorch"] ?? NaN))})`;
    return [
      name,
      String(threads),
      figures["fluxion"] ? `${spread(figures["fluxion"])} ${unit}` : none(result),
      figures["pytorch"] ? `${spread(figures["pytorch"])}${nfe}` : rivals["pytorch"] === "missing" ? "missing" : "",
      ratios["pytorch"] ? `${spread(ratios["pytorch"])}${atMost(details)}` : "",
      ratios["pytorch-compile"] ? spread(ratios["pytorch-compile"]) : "",
    ];
  });
  return markdown(["case", "threads", "Fluxion", "PyTorch", "ratio", "ratio to torch.compile"], rows);
}

/** The ratio that the products of the hidden layers alone would have, on our kernels. */
const atMost = ({ highestRatioThereCanBe: most }: NonNullable<Result["details"]>): string => (most === undefined ? "" : `, at most ${number(Number(most))}`);

const none = ({ leftOut }: Result): string => (leftOut === undefined ? "failed" : "left out");

/** The rivals of npm, and PyTorch beside them, at one thread. */
function peers(results: readonly Result[]): string {
  const names = [...new Set(results.flatMap(({ figures = {} }) => Object.keys(figures)))].filter(
    (name) => !["fluxion", "createTrainer", "pytorch-compile"].includes(name),
  );
  const npm = names.filter((name) => name !== "pytorch");
  const rows = results.flatMap((result): Row[] => {
    const { name, threads, figures = {}, ratios = {}, unit } = result;
    const { fluxion } = figures;
    if (threads !== 1 || !fluxion || !npm.some((peer) => figures[peer])) return [];
    const cell = (peer: string): string => {
      const figure = figures[peer];
      if (!figure) return "";
      const ratio = ratios[peer];
      return `${number(figure.median)}${ratio ? ` (${number(ratio.median)}×)` : ""}`;
    };
    return [[name, `${number(fluxion.median)} ${unit}`, ...names.map(cell)]];
  });
  return markdown(["case", "Fluxion", ...names.map((name) => `${titleOf(name)} (ratio)`)], rows);
}

const costly = /^(call-|compile-|first-|peak-|memory-|install-|browser-|graph-)/;

function costs({ results }: Report): string {
  const rows = results.filter(({ name }) => costly.test(name)).map((result): Row => {
    const { name, what, unit, figures = {}, ratios = {} } = result;
    const { fluxion, pytorch } = figures;
    const ratio = ratios["pytorch"];
    return [name, what, fluxion ? `${spread(fluxion)} ${unit}` : none(result), pytorch ? spread(pytorch) : "", ratio ? number(ratio.median) : ""];
  });
  return markdown(["case", "what", "Fluxion", "PyTorch", "ratio"], rows);
}

/** What was left out, failed, or was not compared, and why. */
function unmeasured({ results }: Report): string {
  const lines = results.flatMap(({ name, threads, leftOut, error, rivals, failures = {} }) => {
    const at = `\`${name}\` (${String(threads)})`;
    if (leftOut !== undefined) return [`- ${at}: left out: ${leftOut}`];
    if (error !== undefined) return [`- ${at}: failed: ${error}`];
    const apart = Object.entries(rivals).filter(([, status]) => status === "disagrees").map(([rival]) => `- ${at}: ${titleOf(rival)} computed something else, so there is no ratio`);
    return [...apart, ...Object.entries(failures).map(([rival, why]) => `- ${at}: ${titleOf(rival)} failed: ${why}`)];
  });
  return lines.length === 0 ? "Nothing." : lines.join("\n");
}

function markdown(headings: Row, rows: readonly Row[]): string {
  if (rows.length === 0) return "Not measured in this run.";
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
