import type { HostTensor } from "@fluxion/graph";
import { describeModel, lower } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { expect, it } from "vitest";
import { portableExamples } from "../portable/programs.ts";

const examples = await portableExamples();
const runtime = await nodeRuntime({ threads: 1 });

/** Equal to float32's precision, relative to the largest value. */
function agree(results: Readonly<Record<string, HostTensor>>, expected: Readonly<Record<string, HostTensor>>): void {
  expect(Object.keys(results)).toEqual(Object.keys(expected));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    const values = Array.from(data as ArrayLike<number>, Number);
    const scale = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1);
    expect(results[name]?.shape).toEqual(shape);
    const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(Number(results[name]?.data[i]) - value)), 0);
    expect(worst / scale, name).toBeLessThan(1e-4);
  }
}

it.each(examples.map((example) => [example.name, example] as const))("loads %s as it loads anyone's model", async (_name, { program, feeds, expected }) => {
  const bytes = lower(program, { target: "portable" });
  expect(Object.keys(describeModel(bytes).opsets)).toEqual(["ai.onnx"]);
  const model = await runtime.load(bytes);
  agree(await model.run(feeds), expected);
  await model.dispose();
});
