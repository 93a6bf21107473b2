/** @file All parameters as one flat vector: one tensor to carry, update and save. */
import type { HostTensor, Tensor } from "@fluxion/graph";
import { concat, hostTensor, reshape, sizeOf, split } from "@fluxion/graph";
import type { Params, ParameterSpecs } from "../nn/module.ts";

/** The number of values of all parameters. */
export function flatSize(parameters: ParameterSpecs): number {
  return Object.values(parameters).reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/** The parameters as views of the flat vector `[size]`, in the order of `parameters`. */
export function unflatten(parameters: ParameterSpecs, flat: Tensor): Params<Tensor> {
  const entries = Object.entries(parameters);
  const parts = split(flat, 0, entries.map(([, { shape }]) => sizeOf(shape)));
  return Object.fromEntries(
    entries.map(([name, { shape }], i) => {
      const part = parts[i];
      if (part === undefined) throw new Error("internal: a parameter without values");
      return [name, reshape(part, shape)];
    }),
  );
}

/** Tensors of all parameters joined to one vector. */
export function flatten(tensors: readonly Tensor[]): Tensor {
  return concat(tensors.map((tensor) => reshape(tensor, [-1])), 0);
}

/** Parameters from this size on are updated by themselves (measured): cutting them out of a flat vector is a copy, and a vector of all leaves the cache. */
const leastAlone = 32_768;

/** The parameters in groups that are updated together: every large one by itself, the small ones in one. */
export function parameterGroups(parameters: ParameterSpecs): ParameterSpecs[] {
  const entries = Object.entries(parameters);
  const isLarge = ([, { shape }]: (typeof entries)[number]): boolean => sizeOf(shape) >= leastAlone;
  const small = entries.filter((entry) => !isLarge(entry));
  return [...entries.filter(isLarge).map((entry) => [entry]), ...(small.length > 0 ? [small] : [])].map((group) => Object.fromEntries(group));
}

/** The parameters as views of the vectors of their groups. */
export function unflattenGroups(groups: readonly ParameterSpecs[], parts: readonly Tensor[]): Params<Tensor> {
  const tensors = groups.map((group, i) => {
    const part = parts[i];
    if (part === undefined) throw new Error("internal: a group without values");
    return unflatten(group, part);
  });
  return Object.assign({}, ...tensors) as Params<Tensor>;
}

/** The tensors of a group, in its order. */
export function ofGroup(group: ParameterSpecs, tensors: Params<Tensor>): Tensor[] {
  return Object.keys(group).map((name) => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new Error(`internal: no tensor of "${name}"`);
    return tensor;
  });
}

/** Values of all parameters joined to one vector. */
export function flattenValues(parameters: ParameterSpecs, values: Params<HostTensor>): Float32Array {
  const flat = new Float32Array(flatSize(parameters));
  let at = 0;
  for (const [name, { shape }] of Object.entries(parameters)) {
    const value = values[name];
    if (value?.data.length !== sizeOf(shape)) {
      throw new RangeError(
        `parameters: expected "${name}" of shape [${shape.join(", ")}], got ${value ? `[${value.shape.join(", ")}]` : "none"}`,
      );
    }
    flat.set(Float32Array.from(value.data as ArrayLike<number>, Number), at);
    at += value.data.length;
  }
  return flat;
}

/** The flat vector as named tensors, copied. */
export function unflattenValues(parameters: ParameterSpecs, flat: Float32Array): Record<string, HostTensor> {
  let at = 0;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [
      name,
      hostTensor(flat.slice(at, (at += sizeOf(shape))), shape),
    ]),
  );
}
