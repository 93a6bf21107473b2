/** @file Runs a model as a program and hands back plain arrays. */
import type { HostTensor, Runtime, Tensor } from "@fluxion/graph";
import { divergence, grad, hostTensor, input, mul, referenceRuntime, sizeOf, sum, trace } from "@fluxion/graph";
import type { Model } from "fluxion";
import { bytes, Key, normal, uniform } from "fluxion";

/** A batch for a model, with parameters that are nowhere zero. */
export interface Feeds {
  readonly params: Readonly<Record<string, HostTensor>>;
  readonly xt: HostTensor;
  readonly t: HostTensor;
  /** The loss is the inner product of the prediction with this. */
  readonly cotangent: HostTensor;
  /** Masks of dropout, for models compiled with them. */
  readonly masks?: Readonly<Record<string, HostTensor>> | undefined;
}

/** Masks of dropout with bytes drawn for a key. */
export function randomMasks(model: Model, batch: number, key: Key): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(model.masks ?? {}).map(([name, shape]) => [
      name,
      hostTensor(bytes(key.child(name), batch * sizeOf(shape)), [batch, ...shape]),
    ]),
  );
}

function drawn(key: Key, shape: readonly number[], scale = 1): HostTensor {
  const data = new Float64Array(sizeOf(shape));
  normal(key, data);
  return hostTensor(
    data.map((x) => scale * x),
    shape,
  );
}

/** Random inputs and parameters; zero-initialised ones too are drawn, so that every gradient shows. */
export function randomFeeds(model: Model, batch: number, seed = "feeds"): Feeds {
  const key = Key.from(seed);
  const times = new Float64Array(batch);
  uniform(key.child("t"), times);
  const params = Object.entries(model.parameters).map(([name, { shape }]) => [
    name,
    drawn(key.child(name), shape, shape.length === 1 ? 0.5 : 1 / Math.sqrt(sizeOf(shape.slice(1)))),
  ]);
  return {
    params: Object.fromEntries(params) as Record<string, HostTensor>,
    xt: drawn(key.child("xt"), [batch, ...model.eventShape]),
    t: hostTensor(times, [batch]),
    cotangent: drawn(key.child("cotangent"), [batch, ...model.eventShape]),
  };
}

/** What a compiled model computes. */
export interface Result {
  readonly out: HostTensor;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, HostTensor>>;
  readonly divergence?: HostTensor | undefined;
}

/** Options of `compileModel`. */
export interface CompileModelOptions {
  readonly batch?: number | string;
  readonly runtime?: Runtime;
  readonly gradients?: boolean;
  readonly divergence?: boolean;
  /** Whether dropout is on. */
  readonly masks?: boolean;
}

/** Compiles prediction, loss, gradients of every parameter and divergence, as asked. */
export async function compileModel(
  model: Model,
  {
    batch = "batch",
    runtime = referenceRuntime(),
    gradients = false,
    divergence: div = false,
    masks = false,
  }: CompileModelOptions = {},
): Promise<(feeds: Feeds) => Promise<Result>> {
  const names = Object.keys(model.parameters);
  const event = [batch, ...model.eventShape];
  const specs = Object.fromEntries(names.map((name) => [name, input(model.parameters[name]?.shape ?? [])]));
  const maskSpecs = Object.entries(masks ? (model.masks ?? {}) : {}).map(([name, shape]) => [name, input([batch, ...shape], "uint8")]);
  const inputs = { ...specs, ...(Object.fromEntries(maskSpecs) as typeof specs), xt: input(event), t: input([batch]), cotangent: input(event) };
  const program = trace("model", inputs, (tensors) => {
    const { xt, t, cotangent, ...params } = tensors as Record<string, Tensor> &
      Record<"xt" | "t" | "cotangent", Tensor>;
    const out = model.apply(params, xt, t);
    const loss = sum(mul(out, cotangent));
    const grads = gradients
      ? grad(
          loss,
          names.map((name) => params[name] as Tensor),
        )
      : [];
    return {
      out,
      loss,
      ...Object.fromEntries(grads.map((g, i) => [`d.${String(names[i])}`, g])),
      ...(div && { divergence: divergence(out, xt) }),
    };
  });
  const executable = await runtime.compile<string>(program);
  return async ({ params, masks: drawn = {}, ...rest }) => {
    const { out, loss, divergence: d, ...others } = await executable.run({ ...params, ...drawn, ...rest });
    return {
      out: out as HostTensor,
      loss: Number(loss?.data[0]),
      gradients: Object.fromEntries(Object.entries(others).map(([name, g]) => [name.slice(2), g])),
      divergence: d,
    };
  };
}

/** The values of a tensor as numbers. */
export const values = (tensor: HostTensor | undefined): number[] => Array.from(tensor?.data ?? [], Number);

/** The greatest absolute difference of two tensors. */
export function distance(a: HostTensor | undefined, b: HostTensor | undefined): number {
  const [x, y] = [values(a), values(b)];
  if (x.length !== y.length || x.length === 0) return Infinity;
  return Math.max(...x.map((v, i) => Math.abs(v - (y[i] ?? NaN))));
}

/** Examples of a batch, picked by index. */
export function pick(tensor: HostTensor, rows: readonly number[]): HostTensor {
  const size = tensor.data.length / (tensor.shape[0] ?? 1);
  const all = values(tensor);
  const data = rows.flatMap((row) => all.slice(row * size, (row + 1) * size));
  return hostTensor(Float64Array.from(data), [rows.length, ...tensor.shape.slice(1)]);
}

/** Checks each parameter's gradient against central differences along one random direction. */
export async function gradientErrors(model: Model, batch: number): Promise<Record<string, number>> {
  const feeds = randomFeeds(model, batch);
  const run = await compileModel(model, { gradients: true });
  const forward = await compileModel(model);
  const { gradients } = await run(feeds);
  const errors: Record<string, number> = {};
  for (const [name, value] of Object.entries(feeds.params)) {
    const direction = values(drawn(Key.from("direction").child(name), value.shape));
    const along = values(gradients[name]).reduce((s, g, i) => s + g * (direction[i] ?? NaN), 0);
    const moved = async (step: number) => {
      const data = Float64Array.from(values(value), (v, i) => v + step * (direction[i] ?? NaN));
      return (await forward({ ...feeds, params: { ...feeds.params, [name]: hostTensor(data, value.shape) } })).loss;
    };
    const h = 1e-5;
    const numeric = ((await moved(h)) - (await moved(-h))) / (2 * h);
    errors[name] = Math.abs(along - numeric) / Math.max(1, Math.abs(numeric));
  }
  return errors;
}
