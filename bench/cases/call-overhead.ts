import { add, hostTensor, input, trace } from "@fluxion/graph";
import type { BenchCase, Context, Measurement } from "../case.ts";
import { timed } from "../interleave.ts";
import { summarize } from "../statistics.ts";

export const cases: readonly BenchCase[] = [
  {
    name: "call-overhead",
    what: "one call of a program that adds one to a number",
    unit: "µs",
    rivals: [],
    threads: "one",
    target: { bound: "below", value: 100 },
    measure,
  },
];

async function measure({ runtime, rounds, quick }: Context): Promise<Measurement> {
  const program = trace("trivial", { x: input([1]) }, ({ x }) => ({ y: add(x, 1) }));
  const executable = await runtime.compile(program);
  const feeds = { x: hostTensor([1], [1]) };
  const calls = quick ? 500 : 5000;
  const call = () => executable.run(feeds);
  await timed(calls, call);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) values.push((1e6 * (await timed(calls, call))) / calls);
  await executable.dispose();
  return { figures: { fluxion: summarize(values) }, details: { callsPerRound: calls } };
}
