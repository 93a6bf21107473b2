import { Key, adm, createTrainer, otPath, presets, trainingImages } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import { expect, it } from "vitest";

// At full width a step takes gigabytes, and the larger presets take long to compile.
it("the CIFAR-10 preset, a sixteenth as wide, takes a training step", async () => {
  const { model, training } = presets.cifar10;
  const [channels, height, width] = model.image;
  const pixels = new Uint8Array(channels * height * width).map((_, i) => (i * i) % 256);
  const { batchSize, steps, ...optimizer } = training;
  expect(batchSize).toBe(256);
  const trainer = await createTrainer({
    runtime: await nodeRuntime({ threads: 1 }),
    model: adm({ ...model, channels: model.channels / 16, headChannels: model.headChannels / 16 }),
    path: otPath(),
    data: trainingImages(pixels, [1, channels, height, width]),
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
});
