import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "@fluxion/node";
import { describe, expect, it } from "vitest";
import { fluxion, scratch } from "./harness.ts";

const directory = scratch();
process.env["XDG_CACHE_HOME"] = join(directory, "cache");

/** Writes a folder of pictures of two classes, one of which is damaged. */
async function pictures(name: string): Promise<string> {
  for (const [label, level] of [["cat", 60], ["dog", 190]] as const) {
    mkdirSync(join(directory, name, "train", label), { recursive: true });
    for (let i = 0; i < 4; i++) {
      const data = Uint8Array.from({ length: 12 * 10 * 3 }, (_, j) => level + ((i * 7 + j) % 50));
      writeFileSync(join(directory, name, "train", label, `${i}.png`), await encodePng({ data, width: 12, height: 10, channels: 3 }));
    }
  }
  writeFileSync(join(directory, name, "train", "dog", "9.png"), "no picture");
  return join(directory, name);
}

describe("data of the command line", () => {
  it("trains on a folder of pictures, cropped, flipped, with classes, without the damaged one, and goes on", async () => {
    const folder = await pictures("pets");
    const options = ["--image-size", "8", "--classes", "--steps", "2", "--batch", "4", "--channels", "8", "--threads", "1"];
    const refused = await fluxion("train", folder, ...options, "--out", join(directory, "no"));
    expect(refused.stderr).toMatch(/train: expected 9 whole pictures, got 1 damaged ones:\n.*9\.png: .*\n.*--skip-bad/);
    const run = join(directory, "run");
    const { stdout, stderr, code } = await fluxion("train", folder, ...options, "--flip", "--skip-bad", "--out", run);
    expect([code, stdout]).toEqual([0, expect.stringContaining("8 examples")]);
    expect(stderr).toMatch(/left out 1 damaged of the train images' files, 8 images are left:\n.*9\.png/);
    expect((await fluxion("train", "--resume", run)).code).toBe(0);
    expect((await fluxion("evaluate", run)).stderr).toMatch(/expected a folder test or val with the test pictures, got none/);
  }, 120_000);

  it.each([
    [["train", "moons", "--flip"], /flip: expected only for images, got it for moons; leave it out/],
    [["train", "cifar10"], /cifar10: expected .*fluxion.data.cifar10, got nothing there; run `fluxion data get cifar10`/],
    [["data", "get", "cifar11"], /data get: expected one of mnist, fashion-mnist, kmnist, cifar10, imagenet32, imagenet64, got "cifar11"/],
    [["data", "get", "imagenet64"], /its licence asks you to sign in .*Imagenet64_val_npz.zip/],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await fluxion(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  }, 60_000);
});
