/**
 * @file Exports programs for the portable target and has Python's `onnx` check and evaluate them, against the float64
 * interpreter. FLUXION_PYTHON names a Python that has onnx and numpy. `--keep DIRECTORY` leaves the files there.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./workspace.mjs";

const python = process.env.FLUXION_PYTHON;
if (!python) {
  console.error("check-portable: expected FLUXION_PYTHON to name a Python with onnx and numpy, got nothing; set it");
  process.exit(2);
}

const keep = process.argv.indexOf("--keep");
const directory = keep < 0 ? mkdtempSync(join(tmpdir(), "fluxion-portable-")) : process.argv[keep + 1];
const tsx = join(root, "node_modules", "tsx", "dist", "loader.mjs");
const script = (name) => join(root, "scripts", "portable", name);
try {
  const exported = run(process.execPath, ["--conditions=fluxion-source", "--import", tsx, script("export.ts"), directory]);
  process.exitCode = exported === 0 ? run(python, [script("check.py"), directory]) : 1;
} finally {
  if (keep < 0) rmSync(directory, { recursive: true, force: true });
}
