import fc from "fast-check";
import type { NpyData } from "fluxion";
import { parseCsv, parseIdx, parseNpy, writeCsv, writeNpy } from "fluxion";
import { describe, expect, it } from "vitest";

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

/** Files that numpy 2 wrote. */
const NUMPY = {
  f4: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAAQEAAAIBA",
  fortran:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAMAAAAAAAAAAQAAAAAAAAAEAAAAAAAAAAIAAAAAAAAABQAAAAAAAAA=",
  v2: "k05VTVBZAgB0AAAAeydkZXNjcic6ICd8dTEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHCA==",
  v3: "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAKQA==",
  bigEndian:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/8AAAAAAAAA==",
  structured:
    "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxmNCcpXSwgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAA",
} as const;

/** Typed arrays of every element type, any bit pattern, NaN included. */
const anyData: fc.Arbitrary<NpyData> = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int32Array(),
  fc.bigInt64Array(),
  fc.uint8Array(),
);

describe("npy", () => {
  it("reads what numpy writes: versions 1 to 3, C and Fortran order, scalars", () => {
    expect(parseNpy(bytesOf(NUMPY.f4))).toEqual({ type: "<f4", shape: [2, 2], data: Float32Array.of(1.5, -2, 3, 4) });
    const rowMajor = BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n);
    expect(parseNpy(bytesOf(NUMPY.fortran))).toEqual({ type: "<i8", shape: [2, 3], data: rowMajor });
    expect(parseNpy(bytesOf(NUMPY.v2))).toEqual({ type: "|u1", shape: [2], data: Uint8Array.of(7, 8) });
    expect(parseNpy(bytesOf(NUMPY.v3))).toEqual({ type: "<f8", shape: [], data: Float64Array.of(3.25) });
  });

  it("writes the very bytes that numpy writes", () => {
    expect(writeNpy(Float32Array.of(1.5, -2, 3, 4), [2, 2])).toEqual(bytesOf(NUMPY.f4));
  });

  it("round trips every type and shape, from unaligned buffers of Node's pool too", () => {
    fc.assert(
      fc.property(anyData, fc.boolean(), fc.nat(7), (data, column, offset) => {
        const shape = column ? [data.length, 1] : [1, data.length];
        const written = writeNpy(data, shape);
        const pool = Buffer.alloc(written.length + 16);
        pool.set(written, offset);
        for (const bytes of [written, pool.subarray(offset, offset + written.length)]) {
          const read = parseNpy(bytes);
          expect(read.shape).toEqual(shape);
          expect(read.data).toEqual(data);
        }
      }),
    );
  });

  it("refuses what it does not read by name", () => {
    expect(() => parseNpy(bytesOf(NUMPY.bigEndian), "a.npy")).toThrow(/^a.npy: .*big-endian >f8; .*astype/);
    expect(() => parseNpy(bytesOf(NUMPY.structured), "a.npy")).toThrow(/a structured type/);
    expect(() => parseNpy(new TextEncoder().encode("1,2\n3,4"), "a.npy")).toThrow(/^a.npy: expected a .npy file/);
    expect(() => writeNpy(Float32Array.of(1), [2])).toThrow(/shape of 1 values, got \[2\]/);
  });

  it("never trusts the header: truncations, extra bytes and absurd shapes throw a named Error", () => {
    const good = writeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    for (let length = 0; length < good.length; length++) {
      expect(() => parseNpy(good.subarray(0, length), "cut.npy")).toThrow(/^cut\.npy: expected/);
    }
    expect(() => parseNpy(Uint8Array.of(...good, 0), "long.npy")).toThrow(/expected 24 bytes.*got 25/);
    const text = new TextDecoder("latin1").decode(good);
    for (const shape of ["9999999999999", "99999999999999999999", "2, -3", "1e1, 1", `${"9".repeat(400)}, 0`]) {
      const forged = Uint8Array.from(text.replace("(2, 3)", `(${shape})`), (c) => c.charCodeAt(0));
      expect(() => parseNpy(forged, "forged.npy")).toThrow(/^forged\.npy: expected/);
    }
  });

  it("answers any change of header bytes with an array of the right size or a named Error", () => {
    const good = writeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    fc.assert(
      fc.property(fc.nat(127), fc.nat(255), (at, byte) => {
        const bytes = good.slice();
        bytes[at] = byte;
        try {
          const { data, shape } = parseNpy(bytes, "x.npy");
          expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: x\.npy: expected/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("csv", () => {
  it("reads commas, semicolons, tabs and spaces, headers, comments, quotes, blank lines and any line end", () => {
    const expected = { data: Float64Array.of(1, -2.5, 3e-4, 4), shape: [2, 2] };
    const texts = [
      "1,-2.5\n3e-4,4",
      "1;-2.5\r\n3e-4;4\r\n",
      "1\t-2.5\r3e-4\t4",
      "  1   -2.5  \n 3e-4 4.",
      "\uFEFF# made by savetxt\n\n1, -2.5\n\n3e-4 ,+4.0\n\n",
      '"1","-2.5"\n"3e-4","4"',
    ];
    for (const text of texts) expect(parseCsv(text)).toEqual(expected);
    expect(parseCsv('x,"length, in ""mm"""\n1,-2.5\n3e-4,4')).toEqual({
      ...expected,
      header: ["x", 'length, in "mm"'],
    });
    expect(parseCsv("x y\n1 -2.5\n3e-4 4").header).toEqual(["x", "y"]);
    expect(parseCsv("1\n2\n3").shape).toEqual([3, 1]);
  });

  it("names file, line and column of what is no finite number", () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["x,y\n1,2\n3,abc", /^p\.csv: expected a finite number in line 3, column 2, got "abc"; /],
      ["1,2\n# note\n3,", /line 3, column 2, got an empty cell/],
      ["1,2\n3,nan", /line 2, column 2, got "nan"/],
      ["nan,inf\n3,4", /line 1, column 1, got "nan"/],
      ["1,2\n-Infinity,4", /line 2, column 1, got "-Infinity"/],
      ["1,1e999", /line 1, column 2, got "1e999"/],
      ["1,x\n2,3", /line 1, column 2, got "x"/],
      ["1;2\n1,5;2", /line 2, column 1, got "1,5"/],
      ["1,0x10", /got "0x10"/],
      ["1,2\n3", /^p\.csv: expected 2 columns as in line 1, got 1 in line 2/],
      ["a,b\n1,2,3", /expected 2 columns as in line 1, got 3 in line 2/],
      ["", /expected rows of numbers, got none/],
      ["x,y\n", /got only a header/],
    ];
    for (const [text, message] of cases) expect(() => parseCsv(text, "p.csv")).toThrow(message);
  });

  it("round trips every finite number of either precision, and headers", () => {
    const finite = { noNaN: true, noDefaultInfinity: true, minLength: 1 } as const;
    const header = ['a "b", c;'];
    fc.assert(
      fc.property(fc.oneof(fc.float32Array(finite), fc.float64Array(finite)), (data) => {
        const read = parseCsv(writeCsv(data, [data.length, 1], { header }));
        // −0 is written as 0.
        const back = data instanceof Float32Array ? Float32Array.from(read.data) : read.data;
        expect(back).toEqual(data.map((value) => value + 0));
        expect(read.header).toEqual(header);
      }),
    );
    expect(writeCsv(Float32Array.of(0.1, -2, 1e-30, 3), [2, 2])).toBe("0.1,-2\n1e-30,3\n");
  });

  it("refuses to write what it would not read", () => {
    expect(() => writeCsv(Float32Array.of(1, NaN), [1, 2])).toThrow(/expected finite values, got NaN/);
    expect(() => writeCsv(Float32Array.of(1, 2), [2, 2])).toThrow(/of 2 values/);
    expect(() => writeCsv(Float32Array.of(1, 2), [1, 2], { header: ["x"] })).toThrow(/1 names/);
  });
});

describe("idx", () => {
  const good = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

  it("reads unsigned bytes of any rank, at any offset", () => {
    expect(parseIdx(good)).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    expect(parseIdx(Uint8Array.of(9, ...good).subarray(1)).shape).toEqual([2, 3]);
  });

  it("refuses truncations, extra bytes, other types and foreign files", () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => parseIdx(good.subarray(0, length), "cut")).toThrow(/^cut: expected/);
    }
    expect(() => parseIdx(Uint8Array.of(...good, 0), "long")).toThrow(/^long: expected 18 bytes.*got 19/);
    expect(() => parseIdx(Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0))).toThrow(/got float32/);
    expect(() => parseIdx(Uint8Array.of(0x1f, 0x8b, 8, 0), "x")).toThrow(/^x: expected an IDX file.*got 1f 8b 08 00/);
    const absurd = Uint8Array.of(0, 0, 8, 3, ...new Array<number>(12).fill(255), 1, 2);
    expect(() => parseIdx(absurd)).toThrow(/expected \d/);
  });

  it("answers any bytes with an array of the right size or a named Error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (tail) => {
        try {
          const { data, shape } = parseIdx(Uint8Array.of(0, 0, 8, ...tail), "x");
          expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: x: expected/);
        }
      }),
    );
  });
});
