import { formatShare, formatTable } from "@fluxion/graph";
import type { Profile, ProfileGroup } from "./profile-program.ts";

/** Options of `formatProfile`. */
export interface FormatProfileOptions {
  /** Rows of each table, from 1. Default 10. */
  readonly top?: number | undefined;
}

/** A profile as text: the slowest scopes, op types and kernels, in milliseconds of one run. */
export function formatProfile(profile: Profile, { top = 10 }: FormatProfileOptions = {}): string {
  const { name, threads, runs, totalUs, overheadUs, nodes } = profile;
  const perRun = (us: number): string => (us / runs / 1000).toFixed(3);
  const share = (us: number): string => formatShare(us, totalUs);
  const groups = (kind: string, list: readonly ProfileGroup[]): string =>
    formatTable(
      [{ heading: kind }, { heading: "kernels", numeric: true }, { heading: "ms", numeric: true }, { heading: "share", numeric: true }],
      list.slice(0, top).map((group) => [group.name === "" ? "(none)" : group.name, String(group.nodes), perRun(group.totalUs), share(group.totalUs)]),
    );
  const slowest = formatTable(
    [{ heading: "kernel" }, { heading: "op" }, { heading: "calls", numeric: true }, { heading: "µs each", numeric: true }, { heading: "ms", numeric: true }, { heading: "share", numeric: true }],
    nodes.slice(0, top).map((node) => [node.name, node.op, String(node.calls / runs), node.meanUs.toFixed(1), perRun(node.totalUs), share(node.totalUs)]),
  );
  return [
    `${name}: ${perRun(totalUs)} ms a run (${String(runs)} measured, ${String(threads)} thread${threads === 1 ? "" : "s"}), ${share(overheadUs)} of it between kernels`,
    groups("scope", profile.byScope),
    groups("op", profile.byOp),
    slowest,
  ].join("\n\n");
}
