import { MessageChannel } from "node:worker_threads";
import { afterAll, expect, it } from "vitest";
import type { Port } from "../src/worker/rpc.ts";
import { remote, serve } from "../src/worker/rpc.ts";

const { port1, port2 } = new MessageChannel();
const values = Float32Array.of(1, 2);
serve(port2 as unknown as Port, {
  double: (list: readonly number[]) => Promise.resolve(Float32Array.from(list, (value) => 2 * value)),
  move: () => Promise.resolve({ values }),
  fail: () => Promise.reject(new RangeError("studio: expected this")),
  never: () => new Promise(() => undefined),
});
interface Api {
  double(list: readonly number[]): Promise<Float32Array>;
  move(): Promise<{ values: Float32Array }>;
  fail(): Promise<void>;
  never(): Promise<void>;
  missing(): Promise<void>;
}
const other = remote<Api>(port1 as unknown as Port);
const { call } = other;
port1.start();
port2.start();
afterAll(() => {
  port1.close();
});

it("answers calls, whatever their order", async () => {
  const answers = await Promise.all([call.double([1]), call.double([2, 3])]);
  expect(answers).toEqual([Float32Array.of(2), Float32Array.of(4, 6)]);
});

it("moves the arrays of an answer instead of copying them", async () => {
  expect((await call.move()).values).toEqual(Float32Array.of(1, 2));
  expect(values.length).toBe(0);
});

it("passes errors on by name and message", async () => {
  await expect(call.fail()).rejects.toMatchObject({ name: "RangeError", message: "studio: expected this" });
  await expect(call.missing()).rejects.toThrow(/no method missing/);
});

it("fails what is under way and to come once the other side is lost", async () => {
  const waiting = call.never();
  other.fail(new Error("lost"));
  await expect(waiting).rejects.toThrow("lost");
  await expect(call.double([1])).rejects.toThrow("lost");
});
