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

/** Whose results these are, where some are of an earlier commit. */
function earlier({ results, machine }: Report): readonly string[] {
  const of = results.map(({ commit = machine.commit }) => commit);
  const commits = [...new Set(of)];
  if (commits.length < 2) return [];
  const counted = commits.map((commit) => `${commit} (${String(of.filter((each) => each === commit).length)})`);
  return [`measurements of commits ${counted.join(", ")}; the file names that of each`];
}

/** A warning where others were at work. */
const busy = ({ machine: { load, cores } }: Report): readonly string[] =>
  load > cores / 2 ? ["**The machine was busy with other work when this run began: its figures are too low, and its ratios rough.**"] : [];

/** What a target is about: the ratio to PyTorch, or where a case has no rival, or counts seconds, our figure. Bold where it is missed. */
function judged(result: Result | undefined): string {
  if (!result) return "";
  const { ratios = {}, figures = {}, rivals, unit, met } = result;
  const own = unit === "s" || !("pytorch" in rivals);
  const value = own ? figures["fluxion"] : ratios["pytorch"];
  return value ? missed(`${spread(value)}${own ? ` ${unit}` : "×"}`, met) : "";
}

const missed = (text: string, met: boolean | undefined): string => (met === false ? `**${text}**` : text);

/** What a case found at one thread and at all cores, where it was measured there. */
interface Pair {
  readonly name: string;
  /** Either, for what does not depend on threads. */
  readonly any: Result;
  readonly one: Result | undefined;
  readonly all: Result | undefined;
}

/** The cases of a run that were measured at all, each once. */
function pairs(results: readonly Result[]): readonly Pair[] {
  const names = [...new Set(results.map(({ name }) => name))];
  return names.flatMap((name): Pair[] => {
    const measured = results.filter((result) => result.name === name && result.leftOut === undefined);
    const [any] = measured;
    return any ? [{ name, any, one: measured.find(({ threads }) => threads === 1), all: measured.find(({ threads }) => threads > 1) }] : [];
  });
}

function targets({ results }: Report): string {
  const rows = pairs(results).flatMap(({ name, any, one, all }): Row[] => {
    const others = Object.entries(any.otherTargets ?? {}).map(([rival, other]): Row => {
      const ratio = one?.ratios?.[rival];
      return [`${name}, to ${titleOf(rival)}`, bound(other), ratio ? missed(`${spread(ratio)}×`, reached(ratio.median, other)) : "", ""];
    });
    const own: Row[] = any.target ? [[name, bound(any.target), judged(one), judged(all)]] : [];
    return [...own, ...others];
  });
  return markdown(["case", "target", "one thread", "all cores"], rows);
}

function duels(results: readonly Result[]): string {
  const cells = (result: Result | undefined): Row => {
    if (!result) return ["", "", ""];
    const { figures = {}, ratios = {}, details = {}, rivals, error } = result;
    const ratio = ratios["pytorch"] ? `${spread(ratios["pytorch"])}${atMost(details)}` : "";
    const compiled = ratios["pytorch-compile"] ? `, compiled ${number(ratios["pytorch-compile"].median)}` : "";
    return [
      figures["fluxion"] ? number(figures["fluxion"].median) : error === undefined ? "" : "failed",
      figures["pytorch"] ? number(figures["pytorch"].median) : rivals["pytorch"] === "missing" ? "missing" : "",
      ratio + compiled,
    ];
  };
  const rows = pairs(results).map(({ name, any, one, all }): Row => [`${name}${evaluations(any.details ?? {})}`, ...cells(one), ...cells(all)]);
  const unit = results[0]?.unit ?? "";
  const sides = ["Fluxion", "PyTorch", "ratio"];
  return markdown([`case (${unit})`, ...sides.map((side) => `${side}, one thread`), ...sides.map((side) => `${side}, all cores`)], rows);
}

/** Evaluations of a solve, ours and PyTorch's, and how many of them were measured if not all. */
function evaluations({ nfe, "nfe pytorch": theirs, evaluationsMeasured: measured }: NonNullable<Result["details"]>): string {
  if (nfe === undefined) return "";
  const part = measured === undefined ? "" : `; ${number(Number(measured))} measured`;
  return ` (NFE ${number(Number(nfe))}, ${number(Number(theirs ?? NaN))}${part})`;
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
  const reasons = results.flatMap(({ name, threads, leftOut, error, rivals, failures = {} }) => {
    const because = (reason: string) => ({ name, threads, reason });
    if (leftOut !== undefined) return [because(`left out: ${leftOut}`)];
    if (error !== undefined) return [because(`failed: ${error}`)];
    const apart = Object.entries(rivals).filter(([, status]) => status === "disagrees").map(([rival]) => because(`${titleOf(rival)} computed something else, so there is no ratio`));
    return [...apart, ...Object.entries(failures).map(([rival, why]) => because(`${titleOf(rival)} failed: ${why}`))];
  });
  // What is left out at one thread is so at all cores: its first reason stands for both.
  const lines = reasons.flatMap(({ name, threads, reason }) => {
    const alike = reasons.filter((other) => other.name === name && isLeftOut(other.reason) === isLeftOut(reason) && (isLeftOut(reason) || other.reason === reason));
    return alike[0]?.threads === threads ? [`- \`${name}\` (${alike.map((other) => String(other.threads)).join(", ")}): ${reason}`] : [];
  });
  return lines.length === 0 ? "Nothing." : lines.join("\n");
}

const isLeftOut = (reason: string): boolean => reason.startsWith("left out: ");

function markdown(headings: Row, rows: readonly Row[]): string {
  if (rows.length === 0) return "Not measured in this run.";
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
