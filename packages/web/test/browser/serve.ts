/** @file A server of bundled pages, with and without cross-origin isolation. */
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";

const runtimeFiles = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const types: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };

/** A running server. */
export interface Served {
  /** Of the page of an entry, such as `http://localhost:1234/isolated/conformance.html`. */
  url(entry: string, options?: { readonly isolated?: boolean }): string;
  readonly origin: string;
  /** What a page reports next, by a POST to `/report`: for browsers that are not driven. */
  report(): Promise<string>;
  close(): void;
}

/** Nothing is evaluated but WebAssembly. */
export const strictPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/** Bundles entries as a production build would, sources of the workspace included. */
export async function bundle(entryPoints: Readonly<Record<string, string>>, minify = false): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: { ...entryPoints },
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    outdir: "/",
    write: false,
    minify,
    sourcemap: minify ? false : "inline",
    conditions: ["fluxion-source", "onnxruntime-web-use-extern-wasm"],
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(path.lastIndexOf("/") + 1), contents]));
}

/** Bundles pages and serves them, with ONNX Runtime's own files under `/ort/`. */
export async function serve(entries: Readonly<Record<string, string>>): Promise<Served> {
  const files = await bundle(entries);
  const reports = new EventEmitter();
  const server = createServer((request, response) => {
    const { url = "", method } = request;
    if (method === "POST") {
      void text(request).then((body) => {
        reports.emit("report", body);
        response.writeHead(204).end();
      });
      return;
    }
    const path = url.split("?")[0] ?? "";
    const [, folder = "", name = ""] = path.split("/");
    response.setHeader("Content-Security-Policy", strictPolicy);
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (folder === "isolated" || folder === "ort") {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    response.setHeader("Content-Type", types[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain");
    if (folder === "ort") response.end(readFileSync(join(runtimeFiles, name)));
    else if (name.endsWith(".html")) response.end(`<!doctype html><title>Fluxion</title><script type="module" src="${name.replace(/html$/, "js")}"></script>`);
    else if (files.has(name)) response.end(files.get(name));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  return {
    origin,
    report: async () => ((await once(reports, "report")) as [string])[0],
    url: (entry, { isolated = false } = {}) => `${origin}/${isolated ? "isolated" : "plain"}/${entry}.html`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
