/** @file The state as step programs carry it: vectors of the groups of parameters that are updated together. */
import type { HostTensor } from "@fluxion/graph";
import { hostTensor, sizeOf } from "@fluxion/graph";
import type { ParameterSpecs } from "../nn/module.ts";
import { flatSize, parameterGroups } from "./layout.ts";
import type { OptimizerState } from "./optimizer.ts";

/** The parts of the state. */
export const stateParts = ["params", "m", "v", "ema"] as const;

/** What a vector of the state is called in a step program: `params.0` are the parameters of the first group. */
export type StateName = `${(typeof stateParts)[number]}.${number}`;

/** How a step program lays out the state. */
export interface StateLayout {
  /** The parameters of each group. */
  readonly groups: readonly ParameterSpecs[];
  /** All vectors, one part of the state after the other. */
  readonly names: readonly StateName[];
  /** The vectors of a state, copied. */
  cut(state: OptimizerState<Float32Array>): Record<StateName, HostTensor>;
  /**
   * The state of vectors, copied.
   *
   * @throws RangeError if one is missing
   */
  join(vectors: Readonly<Record<string, HostTensor>>): OptimizerState<Float32Array>;
}

/**
 * The layout of a model's state. Large parameters are vectors by themselves, so that no step cuts them out of one of all.
 *
 * @param groups - default: every large parameter by itself, the small ones together
 */
export function stateLayout(parameters: ParameterSpecs, groups: readonly ParameterSpecs[] = parameterGroups(parameters)): StateLayout {
  const places = placesOf(parameters, groups);
  const nameOf = (part: (typeof stateParts)[number], group: number): StateName => `${part}.${group}`;
  return {
    groups,
    names: stateParts.flatMap((part) => groups.map((_, i) => nameOf(part, i))),
    cut: (state) => {
      const vectors = stateParts.flatMap((part) =>
        groups.map((group, i): [StateName, HostTensor] => {
          const values = new Float32Array(flatSize(group));
          for (const { at, flat, size } of places[i] ?? []) values.set(state[part].subarray(flat, flat + size), at);
          return [nameOf(part, i), hostTensor(values, [values.length])];
        }),
      );
      return Object.fromEntries(vectors);
    },
    join: (vectors) => {
      const whole = (part: (typeof stateParts)[number]): Float32Array => {
        const values = new Float32Array(flatSize(parameters));
        places.forEach((group, i) => {
          const vector = vectors[nameOf(part, i)]?.data;
          if (!vector) throw new RangeError(`state: expected a vector "${nameOf(part, i)}", got ${Object.keys(vectors).join(", ")}`);
          for (const { at, flat, size } of group) values.set((vector as Float32Array).subarray(at, at + size), flat);
        });
        return values;
      };
      return { params: whole("params"), m: whole("m"), v: whole("v"), ema: whole("ema") };
    },
  };
}

/** Where the values of each parameter of a group lie: in the vector of the group, and in that of all. */
function placesOf(parameters: ParameterSpecs, groups: readonly ParameterSpecs[]): { readonly at: number; readonly flat: number; readonly size: number }[][] {
  const starts = new Map<string, number>();
  let total = 0;
  for (const [name, { shape }] of Object.entries(parameters)) {
    starts.set(name, total);
    total += sizeOf(shape);
  }
  return groups.map((group) => {
    let at = 0;
    return Object.entries(group).map(([name, { shape }]) => {
      const place = { at, flat: starts.get(name) ?? NaN, size: sizeOf(shape) };
      at += place.size;
      return place;
    });
  });
}
