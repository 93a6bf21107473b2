/** @file What the scripts share: where the repository is, running a command, installing what is missing. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The directories of the packages, in order of dependency. */
export const packages = ["packages/graph", "packages/core", "packages/ort", "packages/node", "packages/web", "apps/studio", "packages/cli"].map((name) => join(root, name));

/** Runs a command, its output on ours, and returns its exit code. */
export function run(command, args, { cwd = root, env = {} } = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, ...env },
    shell: process.platform === "win32" && command === "npm",
  });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/** Runs the command of an installed package, such as `bin("typescript/bin/tsc", ["-b"])`. */
export const bin = (script, args) => run(process.execPath, [join(root, "node_modules", script), ...args]);

/** Installs the dependencies if any is missing or differs from package-lock.json; exits if that fails. */
export function install() {
  if (isInstalled()) return;
  console.log("Installing the dependencies (npm ci) ...");
  // The install script of onnxruntime-node would look for CUDA libraries: its CPU binaries are in the package.
  const env = { ONNXRUNTIME_NODE_INSTALL: "skip" };
  const code = run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { env });
  if (code !== 0) process.exit(code);
}

function isInstalled() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const there = readJson(installed).packages;
  const wanted = Object.entries(readJson(join(root, "package-lock.json")).packages);
  // Optional packages are for other platforms, perhaps; the root has the empty name and is not installed.
  return wanted.every(
    ([path, { version, optional, devOptional }]) =>
      path === "" || there[path]?.version === version || (!there[path] && (optional || devOptional)),
  );
}

/** What Debian calls the browsers that tests need, and where each then is. */
const browsers = [
  { installed: process.env.FLUXION_CHROMIUM ?? "/usr/bin/chromium", packages: ["chromium"] },
  { installed: process.env.FLUXION_FIREFOX ?? "/usr/bin/firefox-esr", packages: ["firefox-esr"] },
  { installed: process.env.FLUXION_WEBKIT ?? "/usr/bin/WebKitWebDriver", packages: ["webkit2gtk-driver"] },
  { installed: "/usr/bin/xvfb-run", packages: ["xvfb", "xauth"] },
];

/** Installs the browsers that are missing, where Debian has them; tests in a browser say so if it is not there. */
export function installBrowsers() {
  const missing = browsers.filter(({ installed }) => !existsSync(installed)).flatMap(({ packages }) => packages);
  if (missing.length === 0 || !existsSync("/usr/bin/apt-get")) return;
  const args = ["install", "-y", "-q", "--no-install-recommends", ...missing];
  console.log(`Installing browsers for the tests (apt-get ${args.join(" ")}) ...`);
  // The list of packages may be missing or old.
  if (run("apt-get", args) !== 0 && (run("apt-get", ["update", "-q"]) !== 0 || run("apt-get", args) !== 0)) {
    console.error("browsers: apt-get could not install them");
  }
}

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** Compiles what changed, and bundles the studio's page; returns the exit code. */
export const build = () =>
  bin("typescript/bin/tsc", ["-b"]) || run(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"], { cwd: join(root, "apps", "studio") });
