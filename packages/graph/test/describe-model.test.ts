import * as g from "@fluxion/graph";
import { describeModel, input, lower, trace } from "@fluxion/graph";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graph, message, model, node, tensor, types, value } from "./foreign-model.ts";
import type { Fields, Parts } from "./foreign-model.ts";

const own = trace("own", { x: input(["batch", 4]), n: input([3, 4]), k: input([2], "int64") }, ({ x, n, k }) => {
  const w = g.constant(Float32Array.from({ length: 16 }, (_, i) => i / 7), [4, 4]);
  const { carry } = g.scan({ carry: [x], xs: [n] }, ([a], [b]) => ({ carry: [g.silu(g.add(g.matmul(a, w), b))], ys: [] }));
  return { y: carry[0], twice: g.reshape(g.stack([x, x]), [-1, 4]), k2: g.add(k, k) };
});

const y = value("y", types.float32, [1]);
const relu = node("Relu", ["x"], ["y"]);
const tiny: Parts = { nodes: [relu], inputs: [value("x", types.float32, [1])], outputs: [y] };

describe("of our own models", () => {
  it.each(["onnxruntime", "portable"] as const)("says what went in, target %s", (target) => {
    const described = describeModel(lower(own, { target }), "own");
    expect(described).toMatchObject({
      name: "own",
      irVersion: 10,
      producer: "fluxion",
      inputs: { x: { dtype: "float32", shape: ["batch", 4] }, n: { dtype: "float32", shape: [3, 4] }, k: { dtype: "int64", shape: [2] } },
      outputs: { y: { shape: ["batch", 4] }, twice: { shape: ["2*batch", 4] }, k2: { dtype: "int64" } },
    });
    expect(described.opsets["ai.onnx"]).toBe(21);
    expect(described.nodes).toMatchObject({ Scan: 1, Gemm: 1 });
    expect(described.nodes["com.microsoft.QuickGelu"]).toBe(target === "portable" ? undefined : 1);
    expect("com.microsoft" in described.opsets).toBe(target === "onnxruntime");
    expect(described.weightBytes).toBeGreaterThanOrEqual(64);
    expect(described.metadata).toEqual({});
    const metadata = { "fluxion.range": "0 255", "µ": "zwölf" };
    expect(describeModel(lower(own, { target, metadata })).metadata).toEqual(metadata);
  });

  it.each(["onnxruntime", "portable"] as const)("refuses every proper beginning, target %s", (target) => {
    const bytes = lower(own, { target, metadata: { note: "kept" } });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => describeModel(bytes.subarray(0, length), "cut")).toThrow(/^cut: expected an ONNX model, got \d+ bytes .* truncated or something else$/);
    }
  });

  it("survives any damage: it describes, or refuses by name", () => {
    const bytes = lower(own);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (edits) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, byte] of edits) damaged[at] = byte;
        try {
          describeModel(damaged, "damaged");
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^damaged: expected /);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("of foreign models", () => {
  const body: Fields = [[6, graph({ nodes: [relu, node("Constant", [], ["c"], { value: [[5, tensor("", [2], [1, 2])], [20, 4]] })], initializers: [tensor("inner", [1], [1])], outputs: [y] })], [20, 5]];
  const foreign = model(
    {
      nodes: [relu, node("If", ["condition"], ["y"], { then_branch: body, else_branch: body }), node("Gelu", ["x"], ["z"], {}, "com.example"), node("Add", ["a", "b"], ["c"], {}, "ai.onnx")],
      initializers: [tensor("w", [2, 3], [1, 2, 3, 4, 5, 6])],
      inputs: [
        value("x", types.bfloat16, ["N", null, 3, -1, ""]), value("w", types.float32, [2, 3]), value("any", types.int32), value("odd", 77, []),
        [[1, "list"], [2, [[4, [[1, [[1, [[1, types.float32]]]]]]]]]],
      ],
      outputs: [y],
    },
    [[8, [[1, "com.example"], [2, 3]]], [25, [[1, "Gelu"], [7, node("Erf", ["x"], ["y"])], [10, "com.example"]]], [14, [[1, "trained on"], [2, "digits"]]], [14, [[1, "empty"]]], [99, "from the future"]],
  );

  it("says what they are fed and made of", () => {
    expect(describeModel(foreign)).toEqual({
      name: "model",
      irVersion: 8,
      opsets: { "ai.onnx": 17, "com.example": 3 },
      producer: "pytorch 2.9.0",
      inputs: {
        x: { dtype: "bfloat16", shape: ["N", "?", 3, "?", "?"] },
        any: { dtype: "int32", shape: undefined },
        odd: { dtype: "dtype 77", shape: [] },
        list: { dtype: "sequence", shape: undefined },
      },
      outputs: { y: { dtype: "float32", shape: [1] } },
      nodes: { Add: 1, Constant: 2, Erf: 1, If: 1, Relu: 3, "com.example.Gelu": 1 },
      weightBytes: 24 + 2 * (8 + 4),
      metadata: { "trained on": "digits", empty: "" },
    });
  });

  it("reads them from the middle of a larger buffer", () => {
    const larger = new Uint8Array(foreign.length + 20).fill(255);
    larger.set(foreign, 7);
    expect(describeModel(larger.subarray(7, 7 + foreign.length))).toEqual(describeModel(foreign));
  });

  const refuse = (bytes: Uint8Array, reason: RegExp): void => expect(() => describeModel(bytes, "net.onnx")).toThrow(reason);

  it("refuses weights in another file, wherever they are used, and says what to do", () => {
    const outside: Fields = [[1, 4], [2, 1], [8, "w"], [13, [[1, "location"], [2, "net.bin"]]], [13, [[1, "offset"], [2, "0"]]], [14, 1]];
    const message = /^net\.onnx: expected a model in one file, got weights that lie in "net\.bin"; join them, in Python with onnx\.save/;
    refuse(model({ ...tiny, initializers: [outside] }), message);
    refuse(model({ ...tiny, nodes: [node("Constant", [], ["y"], { value: [[5, outside], [20, 4]] })] }), message);
  });

  it("refuses weights that are not as long as their type says", () => {
    const short: Fields = [[1, 2], [1, 3], [2, types.float16], [8, "w"], [9, new Uint8Array(11)]];
    refuse(model({ ...tiny, initializers: [short] }), /^net\.onnx: expected 12 bytes for the tensor "w" of type float16\[2, 3\], got 11; the file is damaged$/);
  });

  it("refuses what is no model and says why", () => {
    refuse(new Uint8Array(0), /^net\.onnx: expected an ONNX model, got 0 bytes without a format version; /);
    refuse(new TextEncoder().encode("<!DOCTYPE html><html><body>Not found</body></html>"), /^net\.onnx: expected an ONNX model, got 50 bytes /);
    refuse(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13), /^net\.onnx: expected an ONNX model, got 12 bytes /);
    refuse(message([[1, "8"]]), /field 1 of the model should be a number and holds bytes/);
    refuse(message([[1, 8], [7, 3]]), /field 7 of the model should hold bytes and is a number/);
    refuse(message([[1, 8], [2, Uint8Array.of(0xff)]]), /field 2 of the model should be text and is no UTF-8/);
    refuse(message([[1, 8], [8, [[2, 17]]]]), /bytes without a graph/);
    refuse(message([[1, 8], [7, graph(tiny)]]), /without an opset/);
    refuse(model({ ...tiny, outputs: [] }), /without outputs/);
    refuse(model({ ...tiny, nodes: [node("Gelu", ["x"], ["y"], {}, "com.example")] }), /ops of the domain com\.example and no opset for them/);
    refuse(model({ ...tiny, outputs: [y, y] }), /expected outputs of different names, got y, y/);
    expect(() => describeModel("net.onnx" as unknown as Uint8Array)).toThrow(/^model: expected the bytes of an ONNX file as a Uint8Array, got string; read the file first$/);
  });

  it("refuses a nesting that no model has", () => {
    let parts: Parts = tiny;
    for (let i = 0; i < 60; i++) parts = { ...tiny, nodes: [node("If", ["x"], ["y"], { then_branch: [[6, graph(parts)], [20, 5]] })] };
    refuse(model(parts), /nested more than 100 deep/);
  });
});
