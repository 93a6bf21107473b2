/** @file A measurement in a process of its own: `worker.ts CASE SETTINGS FILE` writes the result as JSON. */
import { writeFileSync } from "node:fs";
import { measureCase } from "./measure.ts";
import type { Settings } from "./measure.ts";
import { allCases } from "./registry.ts";

const [name, settings, file] = process.argv.slice(2);
const found = allCases.find((each) => each.name === name);
if (!found || settings === undefined || file === undefined) throw new Error("worker: expected a case, settings and a file");
writeFileSync(file, JSON.stringify(await measureCase(found, JSON.parse(settings) as Settings)));
// Rivals and ONNX Runtime's threads may keep the process alive.
process.exit(0);
