import { formatShape } from "../shape.ts";
import type { TensorType } from "../tensor.ts";
import type { CostGroup, ExplainedNode, Explanation } from "./explain.ts";
import { formatShare, formatSi, formatTable } from "./table.ts";

/** Options of `formatExplanation`. */
export interface FormatExplanationOptions {
  /** List every node. Default true. */
  readonly nodes?: boolean | undefined;
  /** Scopes and ops to list, from 0. Default 10. */
  readonly top?: number | undefined;
}

/** An explanation as text: a table of the nodes, the totals, and the scopes and ops that cost most. */
export function formatExplanation(explanation: Explanation, { nodes = true, top = 10 }: FormatExplanationOptions = {}): string {
  const { name, sizes, byScope, byOp, totals } = explanation;
  const known = Object.entries(sizes).map(([symbol, size]) => `${symbol} = ${String(size)}`);
  const parts = [
    `${name}${known.length > 0 ? `, with ${known.join(", ")}` : ""}`,
    nodes ? nodeTable(explanation.nodes) : "",
    totalLines(totals),
    top > 0 ? groupTable("scope", byScope.slice(0, top), totals.flops) : "",
    top > 0 ? groupTable("op", byOp.slice(0, top), totals.flops) : "",
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const nodeColumns = [
  { heading: "#", numeric: true },
  { heading: "op" },
  { heading: "output" },
  { heading: "inputs" },
  { heading: "FLOPs", numeric: true },
  { heading: "bytes", numeric: true },
  { heading: "scope" },
];

function nodeTable(nodes: readonly ExplainedNode[]): string {
  const rows: string[][] = [];
  const visit = (node: ExplainedNode, depth: number): void => {
    const { id, op, outputs, inputs, flops, bytes, scope, bodies = [] } = node;
    const loop = bodies.length === 1 ? ` × ${String(bodies[0]?.trips ?? "?")}` : "";
    const [from, to] = [shorten(inputs.join(", ")), shorten(outputs.map(formatType).join(", "))];
    rows.push([String(id), `${"  ".repeat(depth)}${op}${loop}`, to, from, formatSi(flops, ""), formatSi(bytes, "B"), scope]);
    for (const inner of bodies.flatMap((body) => body.nodes)) visit(inner, depth + 1);
  };
  nodes.forEach((node) => {
    visit(node, 0);
  });
  return rows.length === 0 ? "" : formatTable(nodeColumns, rows);
}

/** The end of a long list is of little use, and makes the table wide. */
const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

const formatType = ({ shape, dtype }: TensorType): string => `${dtype}${formatShape(shape)}`;

function totalLines(totals: Explanation["totals"]): string {
  const at = totals.peakNode === undefined ? "" : `, at node ${String(totals.peakNode)}`;
  return formatTable(
    [{ heading: "nodes" }, { heading: String(totals.nodes) }],
    [
      ["FLOPs", formatSi(totals.flops, "")],
      ["bytes moved", formatSi(totals.bytes, "B")],
      ["inputs", formatSi(totals.inputBytes, "B")],
      ["constants", formatSi(totals.constantBytes, "B")],
      ["outputs", formatSi(totals.outputBytes, "B")],
      ["peak memory", `${formatSi(totals.peakBytes, "B")} (estimate${at})`],
    ],
  );
}

function groupTable(kind: string, groups: readonly CostGroup[], flops: number): string {
  return formatTable(
    [{ heading: kind }, { heading: "nodes", numeric: true }, { heading: "FLOPs", numeric: true }, { heading: "share", numeric: true }, { heading: "bytes", numeric: true }],
    groups.map((group) => [group.name === "" ? "(none)" : group.name, String(group.nodes), formatSi(group.flops, ""), formatShare(group.flops, flops), formatSi(group.bytes, "B")]),
  );
}
