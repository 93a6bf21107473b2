import type { HostTensor, Target } from "@fluxion/graph";
import { interpretProgram, lower } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { expect } from "vitest";
import { expectAgreement, tolerances, valuesOf } from "../../graph/test/compare.ts";
import { everyNode } from "../../graph/test/every-node.ts";
import { roundingErrors } from "../../graph/test/random/build.ts";
import type { Built } from "../../graph/test/random/build.ts";

const runtime = await nodeRuntime({ threads: 1 });

async function runOn(target: Target, { program, feeds }: Built): Promise<Readonly<Record<string, HostTensor>>> {
  const executable = await runtime.compile(program, { target });
  try {
    return await executable.run(feeds);
  } finally {
    await executable.dispose();
  }
}

/** Whether it is refused before ONNX Runtime sees it: some kernels are missing for float64. */
function isRefused({ program }: Built): boolean {
  try {
    lower(program);
    return false;
  } catch (error) {
    if (error instanceof TypeError && error.message.includes("has no float64 kernel")) return true;
    throw error;
  }
}

/** What is portable in float64 is not what ONNX Runtime has kernels for. */
function targetsOf({ program }: Built): readonly Target[] {
  const double = everyNode(Object.values(program.outputs)).some(({ outputs }) => outputs.some(({ dtype }) => dtype === "float64"));
  return double ? ["onnxruntime"] : ["onnxruntime", "portable"];
}

/** ONNX Runtime on both targets against the interpreter. */
export async function checkAgreement(built: Built): Promise<void> {
  try {
    if (isRefused(built)) return;
    const exact = interpretProgram(built.program, built.feeds);
    const errors = roundingErrors(built);
    for (const target of targetsOf(built)) {
      const found = await runOn(target, built);
      for (const [key, tensor] of Object.entries(exact)) {
        expect(found[key]?.shape, key).toEqual(tensor.shape);
        const values = valuesOf(tensor);
        const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        // Where rounding each operation to float32 already moves the result, ONNX Runtime may move it as far.
        const uncertain = (errors[key] ?? 0) / scale;
        if (!(uncertain < 1e-3)) continue;
        expectAgreement(valuesOf(found[key]), values, tolerances.float32Derivatives + 30 * uncertain, `${target}: ${key}`);
      }
    }
  } catch (error) {
    throw new Error(`${String(error)}\n${built.text}`, { cause: error });
  }
}
