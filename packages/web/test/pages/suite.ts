/**
 * @file A page that judges its browser by itself and reports: any browser can open it, driven or not. `?options=` holds those of the runtime as JSON.
 */
import { webRuntime, workerRuntime } from "@fluxion/web";
import type { WebRuntimeOptions } from "@fluxion/web";
import type { Device } from "@fluxion/graph";
import { isDifferentiable, subjects } from "../../../graph/test/cases/subject.ts";
import { tolerances } from "../../../graph/test/compare.ts";
import { judge } from "../../../graph/test/conforms.ts";
import { runFlow } from "./runs.ts";

/** Where the page computes, and what. */
export interface SuiteOptions extends Pick<WebRuntimeOptions, "device" | "threads"> {
  readonly worker?: boolean;
  /** Every row of ops too, not only training, sampling and likelihood. */
  readonly rows?: boolean;
}

/** What the page reports. */
export interface SuiteReport {
  readonly browser: string;
  readonly error?: string;
  readonly device?: Device;
  /** Results that differ from the interpreter's, in words. */
  readonly wrong: readonly string[];
  readonly computed: number;
  readonly run?: Record<"losses" | "ema" | "fixed" | "samples" | "logProb", readonly number[]>;
}

const rows = subjects.filter(({ name }) => !name.includes(" of ["));

async function judged({ worker = false, rows: withRows = false, ...options }: SuiteOptions): Promise<Omit<SuiteReport, "browser">> {
  const all = { wasmPaths: "/ort/", ...options };
  const runtime = worker
    ? await workerRuntime({ ...all, worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }) })
    : await webRuntime(all);
  const { device } = runtime;
  const { ema, ...run } = await runFlow(runtime);
  const result = { device, run: { ...run, ema: [...ema] } };
  if (!withRows) return { ...result, wrong: [], computed: 0 };
  const values = await judge(runtime, subjects, "value", { tolerance: () => tolerances.float32 });
  const derivatives = await judge(runtime, rows.filter(isDifferentiable), "derivatives", { tolerance: () => tolerances.float32Derivatives });
  return { ...result, wrong: [...values.wrong, ...derivatives.wrong], computed: values.computed + derivatives.computed };
}

const show = (text: string): void => {
  (self as unknown as { document: { body: { textContent: string } } }).document.body.textContent = text;
};
show("Computing ...");
const report: SuiteReport = {
  browser: navigator.userAgent,
  ...(await judged(JSON.parse(new URLSearchParams(location.search).get("options") ?? "{}") as SuiteOptions).catch((error: unknown) => ({
    error: String(error),
    wrong: [],
    computed: 0,
  }))),
};
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
show(report.error ?? `${String(report.computed)} results computed, ${String(report.wrong.length)} wrong. ${report.wrong.join("; ")}`);
