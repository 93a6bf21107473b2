/**
 * @file Programs grow with their values beside them: an instruction counts only if its values stay moderate and change
 * smoothly, so that float32, finite differences and reordered sums can be compared at all.
 */
import type { Tensor } from "@fluxion/graph";
import { nd } from "../../src/ndarray.ts";
import type { NdArray } from "../../src/ndarray.ts";
import { reachable } from "../../src/tensor.ts";
import { Draft, isRefusal } from "./draft.ts";
import type { Instruction } from "./draft.ts";
import { families } from "./families.ts";
import { evaluate, isFloat, specs } from "./values.ts";

/** The change of operands that a result must follow smoothly. */
const change = 1e-4;
const moved = (amount: number, seed: number) => (value: number, i: number): number => {
  const angle = 7.3 * (i + 1) + 3.1 * seed;
  return value + amount * (Math.sin(angle) < 0 ? -1 : 1) * (0.6 + 0.4 * Math.sin(1.7 * angle));
};

/** Whether values are moderate, and change little and smoothly with what they are made of. */
function isTame(made: readonly Tensor[], here: readonly NdArray[], known: ReadonlyMap<Tensor, NdArray>): boolean {
  const most = (x: Tensor): number => (isFloat(x) ? 30 : 1000);
  if (here.some(({ data }, i) => data.some((value) => !(Math.abs(value) <= most(made[i] as Tensor))))) return false;
  const operands = new Set(reachable(made, new Set(known.keys())).flatMap(({ inputs }) => inputs.filter((x) => known.has(x))));
  return [0, 1].every((seed) => {
    const at = (amount: number): NdArray[] =>
      evaluate(made, new Map([...operands].map((x, i) => {
        const { shape, data } = known.get(x) ?? nd([0]);
        return [x, nd(shape, isFloat(x) ? data.map(moved(amount, seed + 2 * i)) : data)];
      })));
    const [up, down] = [at(change), at(-change)];
    return here.every(({ data }, i) => {
      const float = isFloat(made[i] as Tensor);
      return data.every((value, j) => {
        const [above, below] = [(up[i]?.data[j] ?? NaN) - value, value - (down[i]?.data[j] ?? NaN)];
        return float ? Math.abs(above) <= 100 * change && Math.abs(above - below) <= 200 * change ** 2 : above === 0 && below === 0;
      });
    });
  });
}

const vocabulary = families();

/** A recipe carried out: the tensors that it made, the instructions that counted, and a line for each. */
export interface Grown {
  readonly made: readonly Tensor[];
  readonly instructions: readonly Instruction[];
  readonly text: string;
}

/** Carries out instructions; those that counted before need no values. */
export function grow(instructions: readonly Instruction[], inputs: readonly Tensor[], values?: readonly NdArray[]): Grown {
  const tensors = [...inputs];
  const known = new Map(values?.map((value, i) => [inputs[i] as Tensor, value]));
  const names = new Map(inputs.map((x, i) => [x, Object.keys(specs)[i] ?? ""]));
  const history: (readonly [Instruction, number])[] = [];
  const lines: string[] = [];
  for (const each of instructions) {
    try {
      const made = [...new Set(new Draft(vocabulary, tensors, each, history).run())].filter((x) => !tensors.includes(x));
      if (values) {
        const results = evaluate(made, new Map(known));
        if (made.length === 0 || !isTame(made, results, known)) continue;
        made.forEach((x, i) => known.set(x, results[i] ?? nd([0])));
      }
      history.push([each, tensors.length]);
      lines.push(...made.map((x) => `${name(x, names)} = ${expression(x, names)}: ${x.toString()}`));
      tensors.push(...made);
    } catch (error) {
      if (!isRefusal(error)) throw new Error(`${lines.join("\n")}\nthen ${JSON.stringify(each)}`, { cause: error });
    }
  }
  return { made: tensors.slice(inputs.length), instructions: history.map(([each]) => each), text: lines.join("\n") };
}

const name = (x: Tensor, names: Map<Tensor, string>): string => {
  const known = names.get(x) ?? `v${String(names.size)}`;
  names.set(x, known);
  return known;
};

function expression({ node, index }: Tensor, names: Map<Tensor, string>): string {
  if (node.op.bodies) return `${node.op.name}(${node.inputs.map((x) => names.get(x) ?? expression(x, names)).join(", ")})[${String(index)}]`;
  const { data, ...attrs } = (node.attrs ?? {}) as Record<string, unknown>;
  const shown = data instanceof Float64Array || data instanceof Float32Array ? data.join() : JSON.stringify(attrs);
  return `${node.op.name}(${[...node.inputs.map((x) => names.get(x) ?? expression(x, names)), ...(shown === "{}" ? [] : [shown])].join(", ")})`;
}
