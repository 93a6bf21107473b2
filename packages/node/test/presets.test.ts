import { Key, adm, createTrainer, isPresetName, otPath, presets, trainingImages } from "fluxion";
import type { Preset, PresetName } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import { expect, it } from "vitest";

/** Takes a training step of one image, with so many times fewer channels. */
async function takesStep(name: PresetName, narrower: number): Promise<void> {
  const { model, training }: Preset = presets[name];
  const { image, channels = NaN, headChannels = NaN } = model;
  const pixels = new Uint8Array(image[0] * image[1] * image[2]).map((_, i) => (i * i) % 256);
  const { batchSize, steps, ...optimizer } = training;
  expect(batchSize).toBeGreaterThan(1);
  const trainer = await createTrainer({
    runtime: await nodeRuntime({ threads: narrower === 1 ? 2 : 1 }),
    model: adm({ ...model, channels: channels / narrower, headChannels: headChannels / narrower }),
    path: otPath(),
    data: trainingImages(pixels, [1, ...image]),
    key: Key.from(0),
    batchSize: 1,
    ...optimizer,
  });
  const before = trainer.saved.params;
  const { losses } = await trainer.advance(1, steps);
  // The network predicts zero at first: the loss is the mean of (x1 − x0)², at least 1 up to chance.
  expect(losses[0]).toBeGreaterThan(0.9);
  expect(trainer.saved.params.some((value, i) => value !== before[i])).toBe(true);
  await trainer.dispose();
}

it("the CIFAR-10 preset, a sixteenth as wide, takes a training step", () => takesStep("cifar10", 16));

// At full width a step takes gigabytes and minutes, see docs/models.md: FLUXION_PRESETS=cifar10,imagenet32 npm run unit -- packages/node/test/presets
const full = (process.env["FLUXION_PRESETS"] ?? "").split(",").filter(isPresetName);
it.skipIf(full.length === 0).each(full)("the preset %s takes a training step at full width", (name) => takesStep(name, 1), 3_600_000);
