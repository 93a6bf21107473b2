/** @file A library in Chromium: `process.mjs PACKAGE_JSON LIBRARY BACKEND` answers JSON lines, as peers/process.mjs does in Node. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const [at, library, backend] = process.argv.slice(2);
const here = fileURLToPath(new URL(".", import.meta.url));
const require = createRequire(at);
const quiet = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu"];

/** What a page imports to open each library as `open()`. */
const entries = {
  fluxion: `import { open as start } from ${JSON.stringify(join(here, "fluxion.ts"))}; const open = () => start("${backend}", "/files/ort/");`,
  "jax-js": `import * as jax from "@jax-js/jax"; import { open as start } from ${JSON.stringify(join(here, "../peers/jax-js.mjs"))};
    const open = () => start(jax, "${backend}");`,
  tfjs: `import * as tf from "@tensorflow/tfjs"; import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
    import { open as start } from ${JSON.stringify(join(here, "../peers/tfjs.mjs"))};
    setWasmPaths("/files/tfjs/"); const open = () => start(tf, "${backend}");`,
};
const page = `import { makeTask } from ${JSON.stringify(join(here, "../peers/task.mjs"))};
  const floats = async (path) => new Float32Array(await (await fetch("/array?" + encodeURIComponent(path))).arrayBuffer());
  const opened = open();
  let task;
  globalThis.ready = () => opened.then(() => true);
  globalThis.setup = async (request) => {
    const pool = {};
    for (const [name, path] of Object.entries(request.pool)) pool[name] = await floats(path);
    task = makeTask(await opened, { ...request, parameters: await floats(request.parameters), pool });
  };
  globalThis.run = (count) => task.run(count);
  globalThis.result = async () => Array.from(await task.result());`;

/** Directories of files that libraries load beside their script. */
const folders = {
  ort: library === "fluxion" ? dirname(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")) : "",
  tfjs: library === "tfjs" ? dirname(require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm")) : "",
};
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

async function serve() {
  const { outputFiles } = await build({
    stdin: { contents: `${entries[library]}\n${page}`, resolveDir: dirname(at), loader: "ts" },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    minify: true,
    conditions: ["fluxion-source", "onnxruntime-web-use-extern-wasm"],
    logLevel: "silent",
  });
  const script = outputFiles[0].contents;
  const server = createServer(({ url }, response) => {
    const [path, query = ""] = url.split("?");
    const [, folder, of, name] = path.split("/");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
    if (path === "/page.html") response.end(`<!doctype html><script type="module" src="/page.js"></script>`);
    else if (path === "/page.js") response.end(script);
    else if (folder === "files" && folders[of] && existsSync(join(folders[of], name))) response.end(readFileSync(join(folders[of], name)));
    // Only what this process was told of is read.
    else if (folder === "array" && told.has(decodeURIComponent(query))) response.end(readFileSync(decodeURIComponent(query)));
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${server.address().port}/page.html`;
}

const told = new Set();

/** Of a library that is not this workspace's. */
function version() {
  const name = { "jax-js": "@jax-js/jax", tfjs: "@tensorflow/tfjs" }[library];
  return name ? { version: JSON.parse(readFileSync(join(dirname(at), "node_modules", name, "package.json"), "utf8")).version } : {};
}

async function open() {
  const executablePath = process.env.FLUXION_CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: quiet });
  const tab = await browser.newPage();
  const problems = [];
  tab.on("pageerror", (error) => problems.push(error.message));
  await tab.goto(await serve());
  await tab.waitForFunction(() => globalThis.ready !== undefined, undefined, { timeout: 60_000 }).catch(() => {
    throw new Error(`${library} in Chromium: expected the page to load, got ${problems.join("; ")}`);
  });
  await tab.evaluate(() => globalThis.ready());
  return { browser, tab };
}

const opened = open();
// Said again to whoever asks.
opened.catch(() => undefined);

async function answer(request) {
  const { browser, tab } = await opened;
  if (request.do === "hello") return { ...version(), chromium: browser.version(), backend };
  if (request.do === "setup") {
    for (const path of [request.parameters, ...Object.values(request.pool)]) told.add(path);
    await tab.evaluate((given) => globalThis.setup(given), request);
    return { ready: true };
  }
  if (request.do === "run") return tab.evaluate((count) => globalThis.run(count), request.count);
  if (request.do === "result") {
    writeFileSync(request.path, Float32Array.from(await tab.evaluate(() => globalThis.result())));
    return { written: request.path };
  }
  throw new Error(`browser: expected hello, setup, run or result, got ${request.do}`);
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    void answer(JSON.parse(line))
      .catch((error) => ({ error: String(error?.message ?? error) }))
      .then((reply) => process.stdout.write(`${JSON.stringify(reply)}\n`));
  })
  .on("close", () => {
    void opened.then(({ browser }) => browser.close()).finally(() => process.exit(0));
  });
