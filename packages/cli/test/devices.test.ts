import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { program } from "../src/program.ts";
import { fluxion, scratch } from "./harness.ts";

const directory = scratch();
const run = join(directory, "run");

// No driver: WebGPU is absent, and `auto` is the CPU, wherever the tests run.
process.env["VK_ICD_FILENAMES"] = process.env["VK_DRIVER_FILES"] = "/nonexistent.json";

const tiny = ["--points", "200", "--steps", "3", "--batch", "8", "--width", "8", "--depth", "1"];

/** What a command says of arguments that it refuses. */
async function refusal(...args: readonly string[]): Promise<string> {
  const root = program();
  for (const command of [root, ...root.commands]) command.exitOverride().configureOutput({ writeErr: () => undefined });
  return root.parseAsync(["node", "fluxion", ...args]).then(() => "nothing", String);
}

it.each([
  ["train", "moons"], ["sample", run, "--out", "x.csv"], ["evaluate", run], ["metrics", run], ["features", "mnist", "--out", "x.onnx"], ["profile", run], ["reproduce", "figure4"],
])("%s refuses devices and threads that there are not", async (...command) => {
  expect(await refusal(...command, "--device", "tpu")).toMatch(/device.*(cpu.*webgpu.*cuda.*auto)/);
  expect(await refusal(...command, "--threads", "1.5")).toMatch(/threads.*(whole number from 1|expected int)/);
});

it.runIf(process.platform === "linux")("says how to get a device that is absent, before anything is written", async () => {
  const { code, stderr } = await fluxion("train", "moons", ...tiny, "--device", "webgpu", "--out", run);
  expect(code).toBe(1);
  expect(stderr).toMatch(/device: expected webgpu, got none \(.*\); it needs a GPU with a driver, .*, or ask for cpu/);
});

it.runIf(process.platform === "linux")("stores the device that auto chose, goes on with it, and shows it", async () => {
  const { stderr } = await fluxion("train", "moons", ...tiny, "--device", "auto", "--threads", "1", "--out", run);
  expect(stderr).toMatch(/^device {2}cpu \(.+\)$/m);
  const { options, device } = JSON.parse(readFileSync(join(run, "options.json"), "utf8")) as Record<string, unknown>;
  expect(options).toMatchObject({ device: "cpu", threads: 1 });
  expect(device).toBe("onnxruntime-node");
  expect((await fluxion("inspect", run)).stdout).toMatch(/device {4}onnxruntime-node, 1 thread$/m);
  expect(await fluxion("sample", run, "--out", join(directory, "x.csv"), "-n", "3", "--device", "auto")).toMatchObject({ code: 0 });
}, 120_000);

it("keeps the device of a study with it", async () => {
  const study = join(directory, "study");
  await program().parseAsync(["node", "fluxion", "reproduce", "figure4", "--device", "cpu", "--threads", "1", "--out", study, "--dry-run"]);
  const { options } = JSON.parse(readFileSync(join(study, "study.json"), "utf8")) as Record<string, unknown>;
  expect(options).toMatchObject({ device: "cpu", threads: 1 });
});
