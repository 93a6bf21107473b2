/** @file Layers and networks as init/apply pairs: parameters are named records, application is a pure function. */
import type { Tensor } from "@fluxion/graph";
import { scope } from "@fluxion/graph";
import type { Key } from "../random/key.ts";

/** The shape of one parameter and its initial value as a pure function of a key. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly init: (key: Key) => Float32Array;
}

/** Parameter specifications by dotted name, such as `down.0.1.residual.conv1.weight`. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** One value for every parameter, by dotted name. */
export type Params<T> = Readonly<Record<string, T>>;

/** Shapes, without the batch, of the masks of bytes that dropout takes, by dotted name. */
export type MaskShapes = Readonly<Record<string, readonly number[]>>;

/** A layer or network: what it learns, and what it computes from that and its inputs. */
export interface Module<Inputs extends readonly Tensor[] = readonly [Tensor]> {
  readonly parameters: ParameterSpecs;
  /** Masks `[batch, ...shape]`, uint8, that may be given among the parameters. Default: none. */
  readonly masks?: MaskShapes | undefined;
  apply(params: Params<Tensor>, ...inputs: Inputs): Tensor;
}

/** What `compose` puts under a name: a module, nothing, or a list, whose items are named by index. */
export type Part = Module<readonly Tensor[]> | undefined | readonly Part[];

/** A part as the body of `compose` calls it: on its inputs alone. */
export type Bound<P> =
  P extends Module<infer Inputs>
    ? (...inputs: Inputs) => Tensor
    : P extends readonly unknown[]
      ? { readonly [K in keyof P]: Bound<P[K]> }
      : undefined;

/**
 * Makes one module of parts: parameters get the dotted prefix of their part, nodes its scope.
 *
 * @param parts - modules, lists of them, or undefined for a part that this configuration lacks
 * @param body - computes the output; calls each part on its inputs, as in `({ conv }, x) => silu(conv(x))`
 * @throws Error at application if a parameter is missing
 */
export function compose<const P extends Readonly<Record<string, Part>>, Inputs extends readonly Tensor[]>(
  parts: P,
  body: (parts: { readonly [K in keyof P]: Bound<P[K]> }, ...inputs: Inputs) => Tensor,
): Module<Inputs> {
  const gather = <T>(of: (module: Module<readonly Tensor[]>) => Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(parts).flatMap(([name, part]) => entriesOf(name, part, of)));
  return {
    parameters: gather(({ parameters }) => parameters),
    masks: gather(({ masks = {} }) => masks),
    apply(params, ...inputs) {
      const bound = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, bind(name, part, params)]));
      return body(bound as { readonly [K in keyof P]: Bound<P[K]> }, ...inputs);
    },
  };
}

/** The parameter called `name`. */
export function parameter(params: Params<Tensor>, name: string): Tensor {
  const value = params[name];
  if (value === undefined) {
    throw new Error(
      `apply: expected the parameter "${name}", got ${Object.keys(params).join(", ") || "none"}; pass every name in "parameters"`,
    );
  }
  return value;
}

function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part);
}

/** What `of` gives for each module under a part, by dotted name. */
function entriesOf<T>(
  prefix: string,
  part: Part,
  of: (module: Module<readonly Tensor[]>) => Readonly<Record<string, T>>,
): [string, T][] {
  if (part === undefined) return [];
  if (isList(part)) return part.flatMap((item, i) => entriesOf(`${prefix}.${String(i)}`, item, of));
  return Object.entries(of(part)).map(([name, entry]) => [`${prefix}.${name}`, entry]);
}

function bind(prefix: string, part: Part, params: Params<Tensor>): unknown {
  if (part === undefined) return undefined;
  if (isList(part)) return part.map((item, i) => bind(`${prefix}.${String(i)}`, item, params));
  const own = Object.fromEntries([
    ...Object.keys(part.parameters).map((name) => [name, parameter(params, `${prefix}.${name}`)] as const),
    ...Object.keys(part.masks ?? {}).flatMap((name) => {
      const mask = params[`${prefix}.${name}`];
      return mask ? [[name, mask] as const] : [];
    }),
  ]);
  return (...inputs: readonly Tensor[]) => scope(prefix, () => part.apply(own, ...inputs));
}
