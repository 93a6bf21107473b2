import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

/** A path that exists on one machine only, in text, code or configuration. */
const machinePath = /(?<![\w.:~$})/-])\/(?:home|root|Users|work|mnt|tmp)\/[\w.-]+/;

it("names no path of the machine that it was written on", () => {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const stray = files
    .split("\0")
    .filter((file) => file !== "" && !/\.(?:png|jpg|npy|onnx|safetensors|gz)$/.test(file))
    .flatMap((file) => machinePath.exec(contentOf(file))?.[0].replace(/^/, `${file}: `) ?? []);
  expect(stray).toEqual([]);
});

function contentOf(file: string): string {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return ""; // deleted, but not yet committed as such
  }
}
