/** @file A rival of npm in Node: `process.mjs PACKAGE_JSON LIBRARY BACKEND` answers JSON lines, as torch/rival.py does. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { open as openJax } from "./jax-js.mjs";
import { makeTask } from "./task.mjs";
import { open as openTfjs } from "./tfjs.mjs";

const [at, library, backend] = process.argv.slice(2);
const fromPeers = createRequire(at);
// Libraries greet on stdout, where the answers go.
for (const name of ["log", "info", "warn"]) console[name] = (...words) => console.error(...words);

/** The manifest of a package, which its `exports` may hide. */
function versionOf(name) {
  const file = fromPeers.resolve(name);
  const root = file.slice(0, file.lastIndexOf(`node_modules${sep}`) + `node_modules${sep}`.length) + name;
  return JSON.parse(readFileSync(`${root}/package.json`, "utf8")).version;
}

async function open() {
  if (library === "jax-js") {
    const jax = await import(pathToFileURL(fromPeers.resolve("@jax-js/jax")).href.replace("index.cjs", "index.js"));
    return { about: { version: versionOf("@jax-js/jax") }, library: await openJax(jax, backend) };
  }
  const tf = fromPeers("@tensorflow/tfjs");
  const about = { version: versionOf("@tensorflow/tfjs") };
  if (backend === "wasm") {
    const { setWasmPaths } = fromPeers("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(dirname(fromPeers.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm")) + sep);
  }
  return { about, library: await openTfjs(tf, backend) };
}

/** Arrays are given by the paths of their files. */
const floats = (path) => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const read = (request) => ({
  ...request,
  parameters: floats(request.parameters),
  pool: Object.fromEntries(Object.entries(request.pool).map(([name, path]) => [name, floats(path)])),
});

const opened = open();
// Said again to whoever asks.
opened.catch(() => undefined);
let task;

async function answer(request) {
  const { about, library: ready } = await opened;
  if (request.do === "hello") return { ...about, backend };
  if (request.do === "setup") {
    task = makeTask(ready, read(request));
    return { ready: true };
  }
  if (request.do === "run") return task.run(request.count);
  if (request.do === "result") {
    writeFileSync(request.path, await task.result());
    return { written: request.path };
  }
  throw new Error(`peers: expected hello, setup, run or result, got ${request.do}`);
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    void answer(JSON.parse(line))
      .catch((error) => ({ error: String(error?.message ?? error) }))
      .then((reply) => process.stdout.write(`${JSON.stringify(reply)}\n`));
  })
  .on("close", () => process.exit(0));
