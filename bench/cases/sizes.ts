import type { BenchCase, Context, Measurement } from "../case.ts";
import { browserBundles } from "../bundle.ts";
import { installedBytes } from "../installed.ts";
import { summarize } from "../statistics.ts";

const one = { rivals: [], threads: "one" } as const;

export const cases: readonly BenchCase[] = [
  {
    ...one,
    name: "install-size",
    what: "what `npm install fluxion @fluxion/node` puts on the disk, ONNX Runtime's binaries for all systems included",
    unit: "MB",
    rivals: ["pytorch"],
    measure: installSize,
  },
  {
    ...one,
    name: "browser-bundle",
    what: "all of `fluxion` for a browser, minified and gzipped",
    unit: "kB",
    measure: bundleSize,
  },
];

async function installSize({ rivals }: Context): Promise<Measurement> {
  const { total, largest } = installedBytes("node");
  const rival = await rivals.start("pytorch");
  const theirs = rival && Number((await rival.ask({ do: "installed" }))["megabytes"]);
  const ours = summarize([total / 1e6]);
  return {
    figures: { fluxion: ours, ...(theirs !== undefined && { pytorch: summarize([theirs]) }) },
    ...(theirs !== undefined && { ratios: { pytorch: summarize([ours.median / theirs]) } }),
    details: Object.fromEntries(largest.map(({ name, bytes }) => [`${name} MB`, Math.round(bytes / 1e5) / 10])),
  };
}

async function bundleSize(): Promise<Measurement> {
  const { all, details } = await browserBundles();
  return { figures: { fluxion: summarize([all / 1e3]) }, details };
}
