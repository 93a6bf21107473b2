import { hostTensor, input, mul, referenceRuntime, trace } from "@fluxion/graph";
import { expect, it } from "vitest";

const program = trace("double", { x: input([2]) }, ({ x }) => ({ y: mul(x, 2), z: mul(x, 3) }));
const x = hostTensor(Float64Array.of(1, 2), [2]);
const compile = () => referenceRuntime().compile(program, { resident: ["y"] });

it("keeps outputs where they are, to be fed again or read", async () => {
  const executable = await compile();
  const first = await executable.run({ x });
  const second = await executable.run({ x: first.y });
  expect(second.y.shape).toEqual([2]);
  expect([...(await second.y.read()).data]).toEqual([4, 8]);
  expect([...second.z.data]).toEqual([6, 12]);
});

it("refuses unknown outputs, and tensors that were disposed of", async () => {
  await expect(referenceRuntime().compile<string, string>(program, { resident: ["q"] })).rejects.toThrow(/double: resident: expected names of outputs, which are y, z, got "q"/);
  const executable = await compile();
  const { y } = await executable.run({ x });
  y.dispose();
  await expect(y.read()).rejects.toThrow(/disposed of/);
  await expect(executable.run({ x: y })).rejects.toThrow(/double: "x": expected values or a tensor of this runtime/);
});


it("gives up a run whose signal was raised", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect((await compile()).run({ x }, { signal })).rejects.toThrow("enough");
});

it("checks the shape of what is fed again", async () => {
  const long = trace("long", { x: input([3]) }, ({ x }) => ({ y: mul(x, 2) }));
  const { y } = await (await compile()).run({ x });
  await expect((await referenceRuntime().compile(long)).run({ x: y })).rejects.toThrow(/long: input "x" expects \[3\], got \[2\]/);
});
