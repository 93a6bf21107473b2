/** @file `npm test`: every check in turn; the last line is `N passed, N failed`. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bin, build, install, installBrowsers, root, run } from "./workspace.mjs";

install();
installBrowsers();

const checks = {
  build,
  types: () => bin("typescript/bin/tsc", ["-p", "tsconfig.check.json"]) || bin("typescript/bin/tsc", ["-p", "apps/studio"]),
  lint: () => bin("eslint/bin/eslint.js", [".", "--max-warnings", "0"]),
  imports: () => bin("dependency-cruiser/bin/dependency-cruise.mjs", ["packages", "apps", "scripts", "bench"]),
  unit,
  pack: () => run(process.execPath, [join(root, "scripts", "pack-test.mjs")]),
};

/** Runs a check; a check is one test unless it counts its own. */
function perform([name, check]) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const result = check();
  const { passed, failed } = typeof result === "number" ? { passed: +(result === 0), failed: +(result !== 0) } : result;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`== ${name}: ${failed === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  return { name, passed, failed };
}

function unit() {
  const folder = mkdtempSync(join(tmpdir(), "fluxion-test-"));
  const report = join(folder, "vitest.json");
  try {
    const code = bin("vitest/vitest.mjs", [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ]);
    return count(JSON.parse(readFileSync(report, "utf8")), code);
  } catch (error) {
    console.error(`unit: vitest left no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count({ numPassedTests, numFailedTests, testResults }, code) {
  // A file that does not load has no tests, and an error outside of every test is in none of them.
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  const failed = numFailedTests + broken;
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

const results = Object.entries(checks).map(perform);
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const failing = results.filter(({ failed }) => failed > 0).map(({ name }) => name);
console.log(failing.length > 0 ? `\nFailing: ${failing.join(", ")} (see above)` : "");
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") === 0 ? 0 : 1;
