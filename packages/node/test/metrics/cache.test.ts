import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as g from "@fluxion/graph";
import { input, lower, trace } from "@fluxion/graph";
import { cachedReference, nodeRuntime, openFeatureNetwork } from "@fluxion/node";
import { featureReference, imagesInMemory, integers, Key, readImages } from "fluxion";
import type { ImageReader } from "fluxion";
import { afterAll, describe, expect, it } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "fluxion-test-"));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});
const runtime = await nodeRuntime({ threads: 1 });
const key = Key.from(0);

const saved = (name: string, factor: number): string => {
  const path = join(directory, name);
  const program = trace("net", { images: input(["batch", 1, 2, 2]) }, ({ images }) => ({ features: g.mul(g.reshape(images, [-1, 4]), factor) }));
  writeFileSync(path, lower(program));
  return path;
};

const pixels = Uint8Array.from(integers(key, 2400 * 4, 256));
const images = imagesInMemory(pixels, [2400, 1, 2, 2]);

describe("cachedReference", async () => {
  const cache = join(directory, "cache");
  const open = (factor: number, range: readonly [number, number] = [0, 1]) => openFeatureNetwork(runtime, saved(`net-${String(factor)}.onnx`, factor), { range });
  const network = await open(1);
  const get = (of = network, pictures = images, keep?: number) => cachedReference(of, pictures, { key, directory: cache, keep });

  it("computes once, and reads the same again", async () => {
    const first = await get();
    expect(first.cached).toBe(false);
    const again = await get();
    expect(again).toEqual({ ...first, cached: true });
    expect(first.reference).toEqual(await featureReference(network, images, { key }));
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it("tells apart networks, preparations, pictures and options", async () => {
    const known = (await get()).file;
    const changed = imagesInMemory(pixels.with(5, pixels[5]! ^ 1), images.shape);
    const others = [await get(await open(2)), await get(await open(1, [-1, 1])), await get(network, changed), await get(network, images, 100)];
    expect(others.map(({ cached }) => cached)).toEqual([false, false, false, false]);
    expect(new Set([known, ...others.map(({ file }) => file)]).size).toBe(5);
    expect(others[3]!.reference.features.shape).toEqual([100, 4]);
    expect(others[3]!.reference.moments).toEqual((await get()).reference.moments);
  });

  it("reads some pictures at a time, whatever the size of the set", async () => {
    const [count, side] = [5000, 4];
    let most = 0;
    const reader: ImageReader = {
      shape: [count, 1, 2, 2],
      read: (numbers, out) => {
        most = Math.max(most, numbers.length);
        Array.from(numbers).forEach((number, i) => out.fill(number % 251, i * side, (i + 1) * side));
      },
    };
    const streamed = await cachedReference(network, reader, { key, directory: cache });
    expect(most).toBeLessThan(count / 2);
    const resident = imagesInMemory(readImages(reader).pixels, reader.shape);
    // The same name, too: it is of what the pictures are.
    expect(await cachedReference(network, resident, { key, directory: cache })).toEqual({ ...streamed, cached: true });
    expect(streamed.reference.moments.count).toBe(count);
  });

  it("computes anew what is damaged", async () => {
    const { file, reference } = await get();
    const bytes = readFileSync(file);
    for (const damaged of [bytes.subarray(0, bytes.length / 2), bytes.map((byte, i) => (i === bytes.length - 3 ? byte ^ 255 : byte))]) {
      writeFileSync(file, damaged);
      const again = await get();
      expect(again).toEqual({ reference, file, cached: false });
      expect((await get()).cached).toBe(true);
    }
  });

  it("says which file of a network it cannot read", () => {
    expect(() => openFeatureNetwork(runtime, join(directory, "absent.onnx"))).toThrow(/absent\.onnx: expected a file, got nothing there/);
  });
});
