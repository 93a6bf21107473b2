/** @file What a page would load: programs bundled, minified and gzipped. */
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const web = new URL("../packages/web/dist/index.js", import.meta.url);

/** The part of esbuild that is used; it comes with tsx. */
interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<{ readonly outputFiles: readonly { readonly contents: Uint8Array }[] }>;
}

const training = `export { createTrainer, Key, mlp, otPath, trainingPoints } from "fluxion";`;

const sampling = `export { createFlow, Key, mlp, otPath } from "fluxion";`;

/** Bytes of all of `fluxion`, and kilobytes of what smaller programs need. */
export async function browserBundles(): Promise<{ readonly all: number; readonly details: Readonly<Record<string, number>> }> {
  const details: Record<string, number> = {
    "training points kB": kilobytes(await bundled(training)),
    "sampling points kB": kilobytes(await bundled(sampling)),
  };
  if (existsSync(web)) {
    // ONNX Runtime's own script and WASM files are loaded beside it.
    details["with @fluxion/web kB"] = kilobytes(await bundled(`export * from "fluxion"; export * from "@fluxion/web";`, ["onnxruntime-web", "onnxruntime-web/*"]));
  }
  return { all: await bundled(`export * from "fluxion";`), details };
}

async function bundled(contents: string, external: readonly string[] = []): Promise<number> {
  const esbuild = (await import(pathToFileURL(createRequire(require.resolve("tsx/package.json")).resolve("esbuild")).href)) as Esbuild;
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: root, loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external,
    logLevel: "silent",
  });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}

const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10;
