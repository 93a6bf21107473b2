import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fetchSet, openImages, publicSets, readImageSet } from "@fluxion/node";
import type { PublicSet } from "@fluxion/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cifarBin, workplace } from "./files.ts";

const { root } = workplace();
const at = (name: string): string => join(root, name);

/** A tar archive of regular files, and of what must not be written. */
function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const blocks = Object.entries(files).map(([name, content]) => {
    const header = new Uint8Array(512);
    const put = (start: number, value: string): void => header.set(new TextEncoder().encode(value), start);
    put(0, name);
    put(124, `${content.length.toString(8).padStart(11, "0")} `);
    put(148, " ".repeat(8));
    put(156, "0");
    put(148, `${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `);
    const body = new Uint8Array(Math.ceil(content.length / 512) * 512);
    body.set(content);
    return Buffer.concat([header, body]);
  });
  return Buffer.concat([...blocks, new Uint8Array(1024)]);
}

const archive = gzipSync(tar({ "cifar/data_batch_1.bin": cifarBin([4, 2]), "../test_batch.bin": cifarBin([1], 5), "../../evil": Uint8Array.of(1) }));
const md5 = createHash("md5").update(archive).digest("hex");
const ranges: (string | undefined)[] = [];
/** How the server answers: whole, cut off in the middle, or without knowing ranges. */
let manner: "whole" | "cut" | "no ranges" = "whole";
let base = "";

const server = createServer((request, response) => {
  if (request.url?.startsWith("/absent") === true) return void response.writeHead(404).end();
  ranges.push(request.headers.range);
  const from = manner === "no ranges" ? 0 : Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= archive.length) return void response.writeHead(416).end();
  response.writeHead(from > 0 ? 206 : 200, { "content-length": archive.length - from });
  if (manner !== "cut") return void response.end(archive.subarray(from));
  response.write(archive.subarray(from, from + 200), () => setTimeout(() => response.destroy(), 200));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => { server.close(); });

const set = (file: { readonly md5?: string; readonly url?: string } = { md5 }): PublicSet => ({
  title: "a set",
  home: "its page",
  files: [{ url: `${base}set.tar.gz`, members: ["data_batch_1.bin", "test_batch.bin"], ...file }],
});

describe("fetchSet", () => {
  it("fetches, verifies and unpacks, writes nothing beside the directory, and does it once", async () => {
    manner = "whole";
    const seen: number[] = [];
    expect(await fetchSet(set(), at("a/set"), { onProgress: (_, done, total) => seen.push(done / (total ?? NaN)) })).toEqual({ cached: false, unverified: [] });
    expect(seen.at(-1)).toBe(1);
    expect(readdirSync(at("a/set")).sort()).toEqual(["data_batch_1.bin", "test_batch.bin"]);
    expect(readdirSync(at("a"))).toEqual(["set"]);
    expect(readImageSet(await openImages(at("a/set"), "train")).labels).toEqual(Uint8Array.of(4, 2));
    const before = ranges.length;
    expect(await fetchSet(set(), at("a/set"))).toEqual({ cached: true, unverified: [] });
    expect(ranges.length).toBe(before);
  });

  it("goes on where it was cut off, and starts again where the server cannot", async () => {
    for (const [name, later] of [["b", "whole"], ["c", "no ranges"]] as const) {
      manner = "cut";
      await expect(fetchSet(set(), at(`${name}/set`))).rejects.toThrow(/set.tar.gz: expected an answer, got none .*it goes on where it stopped/);
      expect(existsSync(at(`${name}/set`))).toBe(false);
      const there = readFileSync(at(`${name}/set.partial/set.tar.gz.part`)).length;
      expect(there).toBeGreaterThan(0);
      manner = later;
      await fetchSet(set(), at(`${name}/set`));
      expect(ranges.at(-1)).toBe(`bytes=${there}-`);
      expect(readdirSync(at(`${name}/set`)).sort()).toEqual(["data_batch_1.bin", "test_batch.bin"]);
    }
    // A copy that was whole before its name was given.
    mkdirSync(at("d/set.partial"), { recursive: true });
    writeFileSync(at("d/set.partial/set.tar.gz.part"), archive);
    manner = "whole";
    await fetchSet(set(), at("d/set"));
    expect(existsSync(at("d/set/test_batch.bin"))).toBe(true);
  });

  it.runIf(process.platform === "linux")("says when the disk is full, leaves no set behind, and goes on when there is space", async () => {
    manner = "whole";
    const partial = at("full/set.partial");
    mkdirSync(partial, { recursive: true });
    // Every write to /dev/full fails as on a full disk: first of the archive, then of a file in it.
    for (const [name, kept] of [["set.tar.gz.part", /what arrived is kept, and the same command goes on from there/], [`test_batch.bin.${String(process.pid)}.tmp`, /what was there before is kept/]] as const) {
      symlinkSync("/dev/full", join(partial, name));
      const failed = fetchSet(set(), at("full/set"));
      await expect(failed).rejects.toThrow(new RegExp(`${name.replace(/\.\d+\.tmp/, "")}: could not be written: ENOSPC`));
      await expect(failed).rejects.toThrow(kept);
      await expect(failed).rejects.toThrow(/free space or choose another place/);
      expect(existsSync(at("full/set"))).toBe(false);
      rmSync(join(partial, name), { force: true });
      expect(readdirSync(partial)).not.toContain("test_batch.bin");
    }
    await fetchSet(set(), at("full/set"));
    expect(readdirSync(at("full"))).toEqual(["set"]);
    expect(readdirSync(at("full/set")).sort()).toEqual(["data_batch_1.bin", "test_batch.bin"]);
    writeFileSync(at("occupied"), "a file");
    await expect(fetchSet(set(), at("occupied/set"))).rejects.toThrow(/occupied.set.partial: could not be written: .*nothing is fetched; free space or choose another place/);
  });

  it("refuses a copy with another checksum, and says where there is none to compare", async () => {
    manner = "whole";
    const wrong = "0".repeat(32);
    await expect(fetchSet(set({ md5: wrong }), at("e/set"))).rejects.toThrow(`expected a file with MD5 ${wrong}, got ${md5}; the copy is deleted`);
    expect(readdirSync(at("e/set.partial"))).toEqual([]);
    expect((await fetchSet(set({}), at("e/set"))).unverified).toEqual([`${base}set.tar.gz`]);
  });

  it("says what is wrong: no connection, a file that is not there, members that are missing, licences", async () => {
    await expect(fetchSet(set({ url: "http://127.0.0.1:1/x.tar.gz" }), at("f/set"))).rejects.toThrow(/x.tar.gz: expected an answer, got none \(.*\); check the connection/);
    await expect(fetchSet(set({ url: `${base}absent` }), at("g/set"))).rejects.toThrow("got status 404 Not Found; it may have moved");
    const more: PublicSet = { title: "", home: "", files: [{ url: `${base}set.tar.gz`, members: ["data_batch_2.bin"] }] };
    await expect(fetchSet(more, at("h/set"))).rejects.toThrow("got an archive without data_batch_2.bin");
    await expect(fetchSet(publicSets.imagenet32, at("i"))).rejects.toThrow(/https:\/\/image-net.org\/download-images: its licence .* Imagenet32_train_npz.zip .*train_data_batch_1.npz .* val_data.npz/);
  });
});
