/** @file Which device a runtime computes on, what it says where there is none, and what it leaves on disk: nothing. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { add, hostTensor, input, trace } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";
import { afterAll, describe, expect, it } from "vitest";
import { explainFailure } from "../src/devices/index.ts";

const scratch = mkdtempSync(join(tmpdir(), "fluxion-devices-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs TypeScript in a process of its own, whose home and temporary directories are new. */
function run(code: string, env: Readonly<Record<string, string>> = {}): { readonly stdout: string; readonly files: readonly string[] } {
  const home = mkdtempSync(join(scratch, "home-"));
  const [temporary, cache] = [join(home, "tmp"), join(home, "cache")];
  [temporary, cache].forEach((directory) => mkdirSync(directory));
  const inherited = { ...process.env };
  delete inherited["ORT_DISABLE_TELEMETRY"];
  const tsx = join(import.meta.dirname, "../../../node_modules/tsx/dist/loader.mjs");
  const args = ["--conditions=fluxion-source", "--import", tsx, "--input-type=module", "--eval", code];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: import.meta.dirname,
    encoding: "utf8",
    env: { ...inherited, HOME: home, XDG_CACHE_HOME: cache, TMPDIR: temporary, TSX_DISABLE_CACHE: "1", ...env },
  });
  if (status !== 0) throw new Error(stderr);
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name);
  return { stdout, files: files.filter((name) => !/^(node-compile-cache|.*\.(pipe|sock))/.test(name)) };
}

const computes = `
  import { add, hostTensor, input, trace } from "@fluxion/graph";
  import { nodeRuntime } from "@fluxion/node";
  const runtime = await nodeRuntime();
  const executable = await runtime.compile(trace("sum", { x: input([2]) }, ({ x }) => ({ y: add(x, 1) })));
  console.log((await executable.run({ x: hostTensor([1, 2], [2]) })).y.data.join());
  console.log(process.env.ORT_DISABLE_TELEMETRY);
`;

describe("telemetry of ONNX Runtime", () => {
  it("is off: nothing is written", () => {
    expect(run(computes)).toEqual({ stdout: "2,3\n1\n", files: [] });
  }, 60_000);

  // What ONNX Runtime then writes, and when, is its own affair: that it is asked to is ours.
  it("is the user's to switch on", () => {
    expect(run(computes, { ORT_DISABLE_TELEMETRY: "0" }).stdout).toBe("2,3\n0\n");
  }, 60_000);
});

/** No driver, and no GPU that `auto` could find. */
const bare = { VK_ICD_FILENAMES: "/nonexistent.json", VK_DRIVER_FILES: "/nonexistent.json" };

describe("a device", () => {
  it("is the CPU unless asked otherwise", async () => {
    expect((await nodeRuntime()).device).toMatchObject({ kind: "cpu", name: "onnxruntime-node", notes: [] });
  });

  it("must be known", async () => {
    await expect(nodeRuntime({ device: "tpu" as "cpu" })).rejects.toThrow('nodeRuntime: device: expected cpu, webgpu, cuda, auto, got "tpu"');
  });

  it.runIf(process.platform === "linux")("that is absent is refused, with how to get it; auto does without", () => {
    const { stdout } = run(
      `import { nodeRuntime } from "@fluxion/node";
      for (const device of ["webgpu", "cuda"]) console.log(await nodeRuntime({ device }).catch((error) => error.message));
      const { device } = await nodeRuntime({ device: "auto" });
      console.log(device.kind, device.notes.length > 0);`,
      bare,
    );
    const [webgpu, cuda, auto] = stdout.split("\n");
    expect(webgpu).toMatch(/^device: expected webgpu, got none \(.+\); it needs a GPU with a driver, on Linux also the Vulkan loader .*, or ask for cpu$/);
    expect(cuda).toMatch(/^device: expected cuda, got none \(.+\); it needs Linux on x64.*onnxruntime-node-install=cuda12.*, or ask for cpu$/);
    expect(auto).toBe("cpu true");
  }, 60_000);
});

describe("failures", () => {
  it("of memory say what to make smaller", async () => {
    // 4 TiB.
    const side = 2 ** 20;
    const program = trace("huge", { x: input(["n", 1]), y: input([1, "m"]) }, ({ x, y }) => ({ z: add(x, y) }));
    const executable = await (await nodeRuntime({ threads: 1 })).compile(program);
    const values = new Float32Array(side);
    const run = executable.run({ x: hostTensor(values, [side, 1]), y: hostTensor(values, [1, side]) });
    await expect(run).rejects.toThrow(/^huge: expected enough memory on cpu, got too little; use a smaller batch/);
    await executable.dispose();
  });

  it("of the device say how to go on", () => {
    const explained = explainFailure(new Error("WebGPU device lost (2): Device was destroyed."), "train", "webgpu");
    expect(String(explained)).toMatch(/^Error: train: the webgpu device was lost, .* --resume/);
  });

  it("of other kinds stay what they are", () => {
    const other = new Error("something else");
    expect(explainFailure(other, "train", "cpu")).toBe(other);
  });
});
