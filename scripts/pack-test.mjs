/**
 * @file Packs every package, installs the tarballs in an empty project, and there compiles and runs the README's example
 * and the `fluxion` command, as a user would.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, packages, root } from "./workspace.mjs";

/** The environment without what npm itself puts there. */
const withoutNpm = (env) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(?!config_(?:cache|registry|.*proxy))/i.test(name)));

/** Runs a command in the project; throws with its output if it fails. */
function step(what, command, args, { quiet = false } = {}) {
  try {
    const output = execFileSync(command, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 300_000,
      shell: process.platform === "win32",
      // npm tells its children about the workspace, which this project is no part of.
      env: { ...withoutNpm(process.env), ONNXRUNTIME_NODE_INSTALL: "skip" },
    });
    if (!quiet) console.log(`-- ${what}\n${output.trimEnd()}`);
    return output;
  } catch (error) {
    throw new Error(`${what} failed: ${error.message}\n${error.stdout ?? ""}${error.stderr ?? ""}`);
  }
}

/** Packs one package and returns the tarball's name. */
function pack(directory) {
  const output = step(`npm pack ${directory}`, "npm", ["pack", directory, "--json", "--ignore-scripts"], {
    quiet: true,
  });
  const [{ filename, files }] = JSON.parse(output);
  const isPage = directory.endsWith("studio");
  const wanted = isPage ? /^(?:dist\/.+|package\.json|LICENSE)$/ : /^(?:bin\/.+\.js|dist\/.+\.(?:js|d\.ts|js\.map)|package\.json|LICENSE|README\.md)$/;
  const strays = files.map(({ path }) => path).filter((path) => !wanted.test(path));
  if (strays.length > 0) throw new Error(`${filename}: expected compiled files only, got ${strays.join(", ")}`);
  const entry = isPage ? "dist/index.html" : "dist/index.d.ts";
  if (!files.some(({ path }) => path === entry)) throw new Error(`${filename}: expected ${entry}, got none`);
  console.log(`-- ${filename}: ${files.length} files`);
  return filename;
}

function createProject(tarballs) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const compilerOptions = {
    target: "ES2022",
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: ["node"],
    outDir: "dist",
    rootDir: "src",
  };
  write("package.json", JSON.stringify({ name: "empty", private: true, type: "module" }));
  write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["src"] }));
  mkdirSync(join(folder, "src"));
  write("src/readme.ts", readmeExample());
  const tools = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`);
  const wanted = [...tarballs.map((name) => `./${name}`), ...tools];
  step("npm install", "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", ...wanted]);
  const linked = readdirSync(join(folder, "node_modules", "fluxion"));
  if (!linked.includes("dist") || linked.includes("src"))
    throw new Error(`fluxion: expected dist and no src, got ${linked.join(", ")}`);
}

const write = (name, text) => writeFileSync(join(folder, name), text);

/** The first TypeScript block of the README. */
function readmeExample() {
  const [, example] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  if (example === undefined) throw new Error("README.md: expected an example in a ```ts block, got none");
  return example;
}

/** `fluxion studio` finds the page in the package that it came with. */
async function servesPage() {
  const command = join("node_modules", "@fluxion", "cli", "bin", "fluxion.js");
  const child = spawn(process.execPath, [command, "studio", "--port", "0"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [, address] = await new Promise((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (data) => {
        text += data;
        const found = /(http:\S+)/.exec(text);
        if (found) resolve(found);
      });
      child.on("exit", (code) => reject(new Error(`fluxion studio: expected a server, got exit code ${code}`)));
    });
    const page = await (await fetch(address)).text();
    if (!page.includes("Fluxion Studio")) throw new Error(`fluxion studio: expected the page, got ${page.slice(0, 80)}`);
    console.log(`-- fluxion studio serves the page`);
  } finally {
    child.kill();
  }
}

if (build() !== 0) process.exit(1);
const folder = mkdtempSync(join(tmpdir(), "fluxion-pack-"));
try {
  const tarballs = packages.map(pack);
  createProject(tarballs);
  step("the README's example compiles", "npx", ["tsc", "-p", "."]);
  step("the README's example runs", process.execPath, ["dist/readme.js"]);
  step("fluxion --help", "npx", ["fluxion", "--help"]);
  await servesPage();
} catch (error) {
  console.error(`pack: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
