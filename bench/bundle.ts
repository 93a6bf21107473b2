/** @file What a page would load: programs bundled, minified and gzipped. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const training = `export { createTrainer, Key, mlp, otPath, trainingPoints } from "fluxion";`;

const sampling = `export { createFlow, Key, mlp, otPath } from "fluxion";`;

/** Bytes of all of `fluxion`, and kilobytes of what smaller programs need. */
export async function browserBundles(): Promise<{ readonly all: number; readonly details: Readonly<Record<string, number>> }> {
  const details = {
    "training points kB": kilobytes(await bundled(training)),
    "sampling points kB": kilobytes(await bundled(sampling)),
    // ONNX Runtime's own script and WASM files are loaded beside it.
    "with @fluxion/web kB": kilobytes(await bundled(`export * from "fluxion"; export * from "@fluxion/web";`, ["onnxruntime-web", "onnxruntime-web/*"])),
  };
  return { all: await bundled(`export * from "fluxion";`), details };
}

async function bundled(contents: string, external: readonly string[] = []): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: [...external],
    logLevel: "silent",
  });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}

const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10;
