/** @file Fills the tables of docs/performance.md: each stands between `<!-- table NAME -->` and `<!-- end -->`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "@fluxion/node";
import { readReport } from "../report.ts";
import type { Report } from "../report.ts";
import { drawGrowth } from "./figures.ts";
import { tables } from "./tables.ts";

const root = new URL("../../", import.meta.url);
const page = fileURLToPath(new URL("docs/performance.md", root));
const place = /(<!-- table ([a-z-]+) -->\n)[\s\S]*?(\n<!-- end -->)/g;
const source = /(<!-- results )([\w.-]+)( -->)/;

/** The file of results that the page names. */
export const resultsNamed = (name: string): string => fileURLToPath(new URL(`bench/results/${name}.json`, root));

/** The page as it is. */
export const readPage = (): string => readFileSync(page, "utf8");

/**
 * The name of the results that a page is made from.
 *
 * @throws Error if it names none
 */
export function nameIn(text: string): string {
  const name = source.exec(text)?.[2];
  if (name === undefined) throw new Error("docs/performance.md: expected <!-- results NAME -->, got none");
  return name;
}

/**
 * The page with its tables made from a run.
 *
 * @throws Error for a table that is unknown
 */
export function filled(text: string, name: string, report: Report): string {
  return text.replace(source, (_, before: string, _old: string, after: string) => `${before}${name}${after}`).replace(place, (_, before: string, table: string, after: string) => {
    const make = tables[table];
    if (!make) throw new Error(`docs/performance.md: expected a table (${Object.keys(tables).join(", ")}), got "${table}"`);
    return `${before}${make(report)}${after}`;
  });
}

/** Writes tables and figures of a run into docs/. */
export async function document(name: string): Promise<readonly string[]> {
  const report = readReport(resultsNamed(name));
  writeAtomic(page, filled(readPage(), name, report));
  return [page, ...(await drawGrowth(report, fileURLToPath(new URL("docs/images/", root))))];
}
