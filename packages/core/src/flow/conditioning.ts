/** @file What a flow is told of the examples of one call, and how it goes into its programs. */
import type { HostTensor, Tensor } from "@fluxion/graph";
import { add, and, broadcastTo, cast, concat, full, greaterEqual, hostTensor, lessEqual, mul, reshape, slice, split, sub, where } from "@fluxion/graph";
import { sizeOf } from "@fluxion/graph";
import type { DataTransform } from "../data/transform.ts";
import { applyTransform } from "../data/transform.ts";
import { conditionInputs } from "../models/condition.ts";
import type { Condition, Model } from "../models/model.ts";
import type { FloatArray } from "../random/index.ts";

/** What is known of the examples of a call; needed where the model is told it. */
export interface Conditioning {
  /** The class of each example, or one for all, from 0 to `model.classes`, which stands for none in particular. */
  readonly labels?: number | ArrayLike<number> | undefined;
  /**
   * Classifier-free guidance w: the prediction is u + w (c − u) for the one without class, u, and with, c (Ho and Salimans
   * 2022, whose w is 1 less): 0 ignores the class, 1 is the model as trained. Default 1. Other values evaluate twice the
   * examples at once; NFE counts that as one.
   */
  readonly guidance?: number | undefined;
  /**
   * Times between which guidance applies (Kynkäänniemi et al. 2024); elsewhere w = 1. They are times of the model's own path, also
   * where a `schedule` integrates along another. Default [0, 1].
   */
  readonly guidanceInterval?: readonly [number, number] | undefined;
  /**
   * Images of low resolution in data space, `[count, channels, height/factor, width/factor]`. Data space has 8-bit images in
   * [0, 256), where a level stands for the middle of its interval: give pixels + 0.5, as training does.
   */
  readonly lowResolution?: FloatArray | undefined;
}

/** A call's conditions, checked. */
export interface CheckedConditioning {
  /** Whether the program combines two predictions. */
  readonly guided: boolean;
  /** Values of the examples from `first`, by name. */
  extras(first: number, length: number): Record<string, HostTensor>;
}

/**
 * Checks the conditions of `count` examples.
 *
 * @throws TypeError for conditions that are missing or that the model is not told; RangeError for values that do not fit
 */
export function checkConditioning(model: Model, transform: DataTransform, given: Conditioning, count: number): CheckedConditioning {
  const labels = labelsOf(model, given, count);
  const images = lowResolutionOf(model, transform, given, count);
  const guidance = guidanceOf(model, given);
  return {
    guided: guidance !== undefined,
    extras: (first, length) => ({
      ...(labels && { labels: hostTensor(labels.slice(first, first + length), [length]) }),
      ...(images && {
        lowResolution: hostTensor(images.values.slice(first * images.size, (first + length) * images.size), [length, ...images.shape]),
      }),
      ...(guidance && { guidance: hostTensor(guidance, [3]) }),
    }),
  };
}

/** Shapes of what `extras` gives, for a field. */
export function conditioningExtras(model: Model, guided: boolean): Record<string, readonly (number | string)[]> {
  const inputs = Object.entries(conditionInputs(model)).map(([name, { shape }]) => [name, ["batch", ...shape]] as const);
  return { ...Object.fromEntries(inputs), ...(guided && { guidance: [3] }) };
}

/**
 * The prediction under the conditions among `extras`, guided where they say how.
 *
 * @param t - one time for all, `[]`
 */
export function conditioned(
  model: Model,
  apply: (x: Tensor, times: Tensor, condition: Condition) => Tensor,
  t: Tensor,
  x: Tensor,
  { labels, lowResolution, guidance }: Readonly<Record<string, Tensor>>,
): Tensor {
  const at = (y: Tensor): Tensor => broadcastTo(reshape(t, [1]), [y.shape[0] ?? 1]);
  const classes = labels && cast(labels, "int32");
  if (!guidance || !classes) return apply(x, at(x), { labels: classes, lowResolution });
  const both = concat([x, x], 0);
  const none = full(classes.shape, model.classes ?? 0, "int32");
  const predicted = apply(both, at(both), {
    labels: concat([classes, none], 0),
    lowResolution: lowResolution && concat([lowResolution, lowResolution], 0),
  });
  const [told, untold] = split(predicted, 0, 2) as [Tensor, Tensor];
  const entry = (i: number): Tensor => reshape(slice(guidance, 0, i, i + 1), []);
  const within = and(greaterEqual(t, entry(1)), lessEqual(t, entry(2)));
  return add(untold, mul(where(within, entry(0), 1), sub(told, untold)));
}

function labelsOf({ kind, classes }: Model, { labels }: Conditioning, count: number): Float32Array | undefined {
  if (classes === undefined) {
    if (labels === undefined) return undefined;
    throw new TypeError(`flow: labels: expected none, since the ${kind} has no classes, got some; leave them out`);
  }
  if (labels === undefined) {
    throw new TypeError(
      `flow: labels: expected a class from 0 to ${String(classes - 1)} (or ${String(classes)} for none in particular), got none; pass { labels }`,
    );
  }
  const values = typeof labels === "number" ? new Float32Array(count).fill(labels) : Float32Array.from(labels);
  if (values.length !== count) {
    throw new RangeError(`flow: labels: expected one for each of ${String(count)} examples, got ${String(values.length)}`);
  }
  const bad = values.find((label) => !Number.isInteger(label) || label < 0 || label > classes);
  if (bad === undefined) return values;
  throw new RangeError(
    `flow: labels: expected classes from 0 to ${String(classes - 1)} (or ${String(classes)} for none in particular), got ${String(bad)}`,
  );
}

function guidanceOf({ kind, classes }: Model, { guidance, guidanceInterval }: Conditioning): Float32Array | undefined {
  if (guidance === undefined && guidanceInterval === undefined) return undefined;
  if (classes === undefined) {
    throw new TypeError(`flow: guidance: expected none, since the ${kind} has no classes, got some; leave it out`);
  }
  const [from, to] = guidanceInterval ?? [0, 1];
  if (guidance === undefined || !Number.isFinite(guidance)) {
    throw new RangeError(`flow: guidance: expected a finite number, got ${String(guidance)}`);
  }
  if (!(from >= 0 && from < to && to <= 1)) {
    throw new RangeError(`flow: guidanceInterval: expected [from, to] with 0 ≤ from < to ≤ 1, got [${String(from)}, ${String(to)}]`);
  }
  return guidance === 1 ? undefined : Float32Array.of(guidance, from, to);
}

interface LowResolution {
  readonly values: FloatArray;
  readonly shape: readonly number[];
  readonly size: number;
}

function lowResolutionOf(model: Model, transform: DataTransform, { lowResolution }: Conditioning, count: number): LowResolution | undefined {
  const shape = conditionInputs(model)["lowResolution"]?.shape;
  if (!shape) {
    if (lowResolution === undefined) return undefined;
    throw new TypeError(`flow: lowResolution: expected none, since the ${model.kind} does not refine images, got some; leave it out`);
  }
  const size = sizeOf(shape);
  const expected = `${String(count)} images [${shape.join(", ")}]`;
  if (lowResolution === undefined) {
    throw new TypeError(`flow: lowResolution: expected ${expected}, got none; pass { lowResolution }`);
  }
  if (lowResolution.length !== count * size) {
    throw new RangeError(`flow: lowResolution: expected ${expected}, ${String(count * size)} values, got ${String(lowResolution.length)}`);
  }
  return { values: applyTransform(transform, lowResolution), shape, size };
}
