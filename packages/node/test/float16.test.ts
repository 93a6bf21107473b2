/** @file Networks evaluated in half precision: samples and log-densities near those of float32, by a measured tolerance. */
import { referenceRuntime } from "@fluxion/graph";
import type { Runtime } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { sessionRuntime } from "@fluxion/ort";
import { adm, createFlow, dit, Key, mlp, otPath, unet } from "fluxion";
import type { Flow, Model, Precision } from "fluxion";
import { describe, expect, it, vi } from "vitest";
import { randomFeeds } from "../../core/test/models/harness.ts";
import { hasFloat16 } from "../src/devices/index.ts";
import { webgpu } from "./webgpu.ts";

vi.setConfig({ testTimeout: 120_000 });

const image = { image: [1, 8, 8], channels: 8, multiples: [1, 2], blocks: 1, groups: 2, attention: [4] } as const;
const models: readonly Model[] = [
  mlp({ dimension: 2, width: 32 }),
  unet({ ...image, heads: 2, superResolution: 2 }),
  adm({ ...image, heads: 2, classes: 3 }),
  dit({ image: [1, 8, 8], width: 16, depth: 2, heads: 2, patch: 2, classes: 3 }),
];

/** With drawn parameters, so that every layer counts. */
const flowOf = (model: Model, runtime: Runtime, precision?: Precision): Flow =>
  createFlow({ runtime, model, params: randomFeeds(model, 1).params, path: otPath(), precision });

const key = Key.from(5);
const solver = { solver: "midpoint", steps: 2 } as const;

/** What every model is told. */
const told = (model: Model, count: number) => ({
  ...(model.classes !== undefined && { labels: 1, guidance: 2 }),
  ...(model.superResolution !== undefined && { lowResolution: Float32Array.from({ length: count * 16 }, (_, i) => Math.sin(i)) }),
});

async function drawn(flow: Flow, count = 2): Promise<{ readonly samples: ArrayLike<number>; readonly logProb: ArrayLike<number> }> {
  const given = { ...solver, ...told(flow.model, count) };
  const { values } = await flow.sample({ count, key, ...given });
  const { logProb } = await flow.logProb(values, { ...given, key, divergence: "hutchinson" });
  await flow.dispose();
  return { samples: values, logProb };
}

/** The root mean square of values, or of their differences from others. */
const rms = (a: ArrayLike<number>, b?: ArrayLike<number>): number =>
  Math.sqrt(Array.from(a).reduce((total, x, i) => total + (x - (b ? (b[i] ?? NaN) : 0)) ** 2, 0) / a.length);

const onGpu = webgpu !== undefined && (await hasFloat16("webgpu"));
const runtimes: readonly (readonly [string, Runtime])[] = [
  ["the CPU", await nodeRuntime({ threads: 1 })],
  ["the interpreter, which rounds every result", referenceRuntime()],
  ...(webgpu && onGpu ? [["WebGPU", webgpu] as const] : []),
];

describe.each(models.map((model) => [model.kind, model] as const))("%s in half precision", (_kind, model) => {
  it.each(runtimes)("samples and measures near float32 on %s", async (_name, runtime) => {
    const single = await drawn(flowOf(model, runtime));
    const half = await drawn(flowOf(model, runtime, "float16"));
    const off = rms(half.samples, single.samples) / rms(single.samples);
    expect(off).toBeGreaterThan(0);
    expect(off).toBeLessThan(5e-3);
    const d = single.samples.length / single.logProb.length;
    expect(rms(half.logProb, single.logProb) / d).toBeLessThan(2e-3);
  });
});

describe("what is refused", () => {
  const [model] = models as [Model];
  const needed = /^Error: \w+: float16: expected a device that computes in half precision, got webgpu without it \(the feature "shader-f16"\); use float32 \(--precision float32\)/;

  it("is a precision that there is not", () => {
    expect(() => flowOf(model, referenceRuntime(), "bfloat16" as Precision)).toThrow('createFlow: precision: expected float32 or float16, got "bfloat16"');
  });

  it("is half precision on a device without it, before a session is opened", async () => {
    const runtime = sessionRuntime({
      device: { kind: "webgpu", name: "a GPU", threads: 1 },
      open: () => Promise.reject(new Error("opened")),
      threadsFor: () => 1,
      hasFloat16: () => Promise.resolve(false),
    });
    expect(await drawn(flowOf(model, runtime, "float16")).catch(String)).toMatch(needed);
    expect(await drawn(flowOf(model, runtime)).catch(String)).toBe("Error: opened");
  });

  it.runIf(webgpu && !onGpu)("is half precision on this GPU, which has none", async () => {
    expect(await drawn(flowOf(model, webgpu as Runtime, "float16")).catch(String)).toMatch(needed);
  });
});
