/** @file What packages take on the disk, with all that they need. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../packages/", import.meta.url));

interface Manifest {
  readonly name: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The size of an installed package of this workspace and its dependencies, and the five largest of them. */
export function installedBytes(folder: string): { readonly total: number; readonly largest: readonly { readonly name: string; readonly bytes: number }[] } {
  const found = new Map<string, { readonly name: string; readonly bytes: number }>();
  visit(join(packages, folder), found);
  const all = [...found.values()].sort((a, b) => b.bytes - a.bytes);
  return { total: all.reduce((sum, { bytes }) => sum + bytes, 0), largest: all.slice(0, 5) };
}

function visit(at: string, found: Map<string, { readonly name: string; readonly bytes: number }>): void {
  const real = realpathSync(at);
  if (found.has(real)) return;
  const manifest = JSON.parse(readFileSync(join(real, "package.json"), "utf8")) as Manifest;
  // Of our own packages what they would publish; of others what was installed.
  const parts = real.startsWith(packages) ? ["package.json", ...(manifest.files ?? [])] : ["."];
  found.set(real, { name: manifest.name, bytes: parts.reduce((sum, part) => sum + bytesIn(join(real, part)), 0) });
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const next = resolvePackage(name, real);
    if (next !== undefined) visit(next, found);
  }
}

/** Where Node would look for a package; undefined for optional ones that this system does not get. */
function resolvePackage(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (dirname(at) === at) return undefined;
  }
}

function bytesIn(path: string): number {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  // Packages within a package are counted by themselves.
  return readdirSync(path).filter((name) => name !== "node_modules").reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
