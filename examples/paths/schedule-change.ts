/** @file What a change of schedule costs: evaluations of a model of each path, along each other one. */
import { broadcastTo, constant, referenceRuntime } from "@fluxion/graph";
import { createFlow, Key, smoothedPath } from "fluxion";
import type { AffinePath, Model } from "fluxion";
import { members } from "./members.ts";

/** The right model of N((1, −2), 0.5² I) on a path. */
const gaussian = (path: AffinePath): Model => ({
  kind: "gaussian",
  config: {},
  eventShape: [2],
  parameters: {},
  apply: (_params, x, t) => smoothedPath(path, 0.5).conditionalVelocity(x, broadcastTo(constant([1, -2], [1, 2]), x.shape), t),
});

/** A row of the table: a model of one path, sampled along each. */
export async function evaluationsRow(name: string): Promise<string> {
  const path = members[name];
  if (!path) throw new RangeError(`evaluationsRow: expected one of ${Object.keys(members).join(", ")}, got ${name}`);
  const cells = [];
  for (const schedule of Object.values(members)) {
    const flow = createFlow({ runtime: referenceRuntime(), model: gaussian(path), params: {}, path, ...(schedule !== path && { schedule }) });
    const { nfe } = await flow.sample({ count: 100, key: Key.from(1) });
    cells.push(String(nfe));
  }
  return `| ${name} | ${cells.join(" | ")} |`;
}

/** A Markdown table of NFE, rows by the model's path, columns by the path it is sampled along. */
export async function evaluationsTable(): Promise<string> {
  const names = Object.keys(members);
  const rows = [`| model of | ${names.join(" | ")} |`, `|---|${names.map(() => "---|").join("")}`];
  for (const name of names) rows.push(await evaluationsRow(name));
  return rows.join("\n");
}
