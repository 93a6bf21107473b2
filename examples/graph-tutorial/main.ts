/** @file The whole of docs/graph/tutorial.md; an argument names the folder for what it writes. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Key } from "fluxion";
import { loadProgram, lower, saveProgram } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { accuracy, classifier } from "./classifier.ts";
import { imageSize, loadDigits } from "./digits.ts";
import { logisticClassifier, trainLogistic } from "./logistic.ts";
import { train } from "./training.ts";

const folder = process.argv[2] ?? join("runs", "graph-tutorial");
mkdirSync(folder, { recursive: true });
const runtime = await nodeRuntime();
const [training, test] = [loadDigits("train"), loadDigits("test")];
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

let began = performance.now();
const since = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;

const regression = await trainLogistic(runtime, training, { steps: 2000, batch: 64, key: Key.from(7) });
console.log(`logistic regression, 2000 steps, ${since()}: ${percent(await accuracy(runtime, logisticClassifier(regression), test))} of the test set`);

began = performance.now();
const { parameters } = await train(runtime, training, { steps: 1000, chunk: 50, batch: 64, rate: 0.05, key: Key.from(7) });
const program = classifier(parameters);
console.log(`convolutional network, 1000 steps, ${since()}: ${percent(await accuracy(runtime, program, test))} of the test set`);

writeFileSync(join(folder, "digits.program"), saveProgram(program));
const loaded = loadProgram(readFileSync(join(folder, "digits.program")));
writeFileSync(join(folder, "digits.onnx"), lower(loaded, { target: "portable" }));
writeFileSync(join(folder, "images.bin"), test.pixels.subarray(0, 20 * imageSize));
console.log(`${folder}: digits.program, digits.onnx, and the first 20 test images as images.bin`);
