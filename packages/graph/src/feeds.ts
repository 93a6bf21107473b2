/** @file Checks of what a run is fed, before any runtime sees it. */
import type { DType, HostTensor } from "./host.ts";
import { isHostTensor } from "./runtime.ts";
import type { Feed } from "./runtime.ts";
import { anySize, formatShape, termOf } from "./shape.ts";
import type { Shape } from "./shape.ts";

/** What runs check against: the name and inputs of a program or a loaded model, where an undefined shape is any shape. */
interface Signature {
  readonly name: string;
  readonly inputs: Readonly<Record<string, { readonly dtype: DType; readonly shape: Shape | undefined }>>;
}

/**
 * Refuses missing, unknown and ill-shaped feeds. Named dimensions are at least 1: ONNX Runtime's Scan fails on none.
 *
 * @throws TypeError or RangeError naming the program, the input, what was expected and what came
 */
export function checkFeeds({ name, inputs }: Signature, feeds: Readonly<Record<string, Feed>>): void {
  for (const key of Object.keys(feeds)) {
    if (!Object.hasOwn(inputs, key)) {
      throw new TypeError(`${name}: no input "${key}"; its inputs are ${Object.keys(inputs).join(", ")}`);
    }
  }
  const sizes = new Map<string, number>();
  for (const [key, { dtype, shape }] of Object.entries(inputs)) {
    const feed = feeds[key];
    if (feed === undefined) throw new TypeError(`${name}: expected a value for input "${key}", got none`);
    if (shape !== undefined && !fits(shape, feed.shape, sizes)) {
      throw new RangeError(
        `${name}: input "${key}" expects ${formatShape(shape)}${describe(sizes)}, got ${formatShape(feed.shape)}`,
      );
    }
    if (!isHostTensor(feed)) {
      checkType(`${name}: input "${key}"`, dtype, feed.dtype);
      continue;
    }
    const length = feed.shape.reduce((a, b) => a * b, 1);
    if (feed.data.length !== length) {
      throw new RangeError(
        `${name}: input "${key}" of shape ${formatShape(feed.shape)} needs ${String(length)} values, got ${String(feed.data.length)}`,
      );
    }
  }
}

/** Values of the host are converted; those of a device are not. */
function checkType(what: string, expected: DType, got: DType): void {
  if (got === expected) return;
  throw new TypeError(`${what} expects ${expected}, got a device's tensor of ${got}; cast it in the program that makes it`);
}

function fits(shape: Shape, sizes: readonly number[], bound: Map<string, number>): boolean {
  return shape.length === sizes.length && shape.every((dim, i) => binds(dim, sizes[i] ?? -1, bound));
}

function binds(dim: number | string, size: number, sizes: Map<string, number>): boolean {
  if (dim === anySize) return size >= 0;
  const { factor, symbol } = termOf(dim);
  if (symbol === undefined) return size === factor;
  const value = size / factor;
  const known = sizes.get(symbol);
  if (known === undefined && Number.isInteger(value) && value > 0) sizes.set(symbol, value);
  return sizes.get(symbol) === value;
}

function describe(sizes: ReadonlyMap<string, number>): string {
  const known = [...sizes].map(([symbol, size]) => `${symbol} = ${String(size)}`);
  return known.length === 0 ? "" : ` with ${known.join(", ")}`;
}

/** The sizes of named dimensions that feeds imply. */
export function bindSizes({ inputs }: Signature, feeds: Readonly<Record<string, HostTensor>>): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [key, tensor] of Object.entries(inputs)) {
    tensor.shape?.forEach((dim, i) => binds(dim, feeds[key]?.shape[i] ?? -1, sizes));
  }
  return sizes;
}
