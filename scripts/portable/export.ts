/** @file Writes every portable example into a directory: one ONNX file each, and `examples.json` with inputs and outputs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lower } from "@fluxion/graph";
import type { HostTensor } from "@fluxion/graph";
import { portableExamples } from "./programs.ts";

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("export: expected a directory, got none; name one to write into");

/** float64 in base64, which holds every value that a program takes or gives. */
const encode = ({ shape, dtype, data }: HostTensor): object => {
  const numbers = Float64Array.from(data as ArrayLike<number>, Number);
  return { shape, dtype, data: Buffer.from(numbers.buffer).toString("base64") };
};

const encodeAll = (values: Readonly<Record<string, HostTensor>>): object =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encode(value)]));

mkdirSync(directory, { recursive: true });
const entries = (await portableExamples()).map(({ name, program, feeds, expected }, i) => {
  const file = `${i}.onnx`;
  writeFileSync(join(directory, file), lower(program, { target: "portable" }));
  return { name, file, feeds: encodeAll(feeds), expected: encodeAll(expected) };
});
writeFileSync(join(directory, "examples.json"), JSON.stringify(entries));
