import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const manifest = (path: string) => JSON.parse(read(join(path, "package.json"))) as Manifest;

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function sourcesOf(directory: string): string[] {
  const files = readdirSync(join(root, directory, "src"), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".ts")).map((file) => read(join(directory, "src", file)));
}

/** The names of the packages that a source imports, types included. */
function packagesIn(source: string): string[] {
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !/^(?:\.|node:)/.test(name))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}

/** A data package has nothing to import: its sources give `require.resolve` a path in it. */
const resolves = (source: string, name: string) => new RegExp(`["\`]${name}/`).test(source);

describe.each(["graph", "core", "ort", "node", "web", "cli"].map((name) => join("packages", name)))("%s", (directory) => {
  const { dependencies = {}, version } = manifest(directory);
  const sources = sourcesOf(directory);

  it("imports only what it depends on", () => {
    expect(sources.flatMap(packagesIn).filter((name) => !(name in dependencies))).toEqual([]);
  });

  it("depends only on what it imports", () => {
    const used = (name: string) =>
      sources.some((source) => packagesIn(source).includes(name) || resolves(source, name));
    expect(Object.keys(dependencies).filter((name) => !used(name))).toEqual([]);
  });

  it("pins its dependencies, its siblings at the version of the workspace", () => {
    expect(version).toBe(manifest(".").version);
    for (const [name, range] of Object.entries(dependencies)) {
      if (name === "fluxion" || name.startsWith("@fluxion/")) expect(range, name).toBe(version);
      else expect(range, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it("carries the licence", () => {
    expect(read(join(directory, "LICENSE"))).toBe(read("LICENSE"));
  });
});

describe("apps/studio", () => {
  const { dependencies, devDependencies = {}, version } = manifest("apps/studio");

  it("depends on nothing: what it needs is in its page", () => {
    expect(dependencies).toBeUndefined();
  });

  it("pins what it is built with, its siblings at the version of the workspace", () => {
    expect(version).toBe(manifest(".").version);
    for (const [name, range] of Object.entries(devDependencies)) {
      if (name === "fluxion" || name.startsWith("@fluxion/")) expect(range, name).toBe(version);
      else expect(range, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it("carries the licence", () => {
    expect(read("apps/studio/LICENSE")).toBe(read("LICENSE"));
  });
});
