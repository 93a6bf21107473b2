/**
 * @file What a network may predict, and how each prediction turns into the others: x_t = α x1 + σ x0 and the prediction
 * are two linear equations for x1 and x0 (docs/objectives.md has them all).
 */
import type { Tensor } from "@fluxion/graph";
import { add, div, equal, mul, neg, sub, where } from "@fluxion/graph";
import type { AffinePath, Path, Schedule } from "../paths/path.ts";
import { timesOf } from "../paths/times.ts";

/** The velocity dx/dt, the unit normal noise x0, the data x1, or the score ∇ log p_t(x) (the true one, −x0/σ). */
export const predictions = ["velocity", "noise", "x1", "score"] as const;

/** What a network predicts. */
export type Prediction = (typeof predictions)[number];

/** `onX · x + onValue · value`, each coefficient `[batch]`; without `onX` where x plays no part. */
export interface Conversion {
  readonly onX?: Tensor | undefined;
  readonly onValue: Tensor;
}

/** What `convert` converts. */
export interface Convertible {
  /** Of kind `from`, `[batch, ...event]`. */
  readonly value: Tensor;
  readonly from: Prediction;
  readonly to: Prediction;
  /** Where on the path it was predicted, `[batch, ...event]`. */
  readonly x: Tensor;
  /** `[batch]`, where the conversion is regular: see `checkConversion`. */
  readonly t: Tensor;
}

/**
 * A prediction as another one of the same point and time.
 *
 * At an end where α is 0 (the start of OT, polynomial, cosine and linear-VP paths) the noise and the score do not determine the
 * others, nor does x1 where σ is 0 (the end of OT with sigmaMin 0, of polynomial and cosine paths), where the score is infinite:
 * there the values are infinite or NaN, since a program cannot refuse them. `checkConversion` does by name, on the host, and
 * `predictionInterval` leaves such ends out, as flows do. A velocity gives the noise where α is 0, and x1 where σ is 0.
 *
 * @returns `[batch, ...event]`
 * @throws RangeError if `t` is not `[batch]`
 */
export function convert(path: Pick<AffinePath, "schedule">, { value, from, to, x, t }: Convertible): Tensor {
  const at = timesOf(x, t);
  if (from === to) return value;
  const { onX, onValue } = conversion(path.schedule(t), from, to);
  const scaled = mul(at(onValue), value);
  return onX === undefined ? scaled : add(mul(at(onX), x), scaled);
}

/** W = α'σ − ασ', the determinant of x and the velocity as functions of x1 and x0. It is not negative: SNR grows. */
export function determinant({ alpha, sigma, dAlpha, dSigma }: Schedule): Tensor {
  return sub(mul(dAlpha, sigma), mul(alpha, dSigma));
}

/**
 * The coefficients of a conversion.
 *
 * @throws RangeError if nothing is converted
 */
export function conversion(schedule: Schedule, from: Prediction, to: Prediction): Conversion {
  const { sigma } = schedule;
  if (to === "score") {
    // score = −x0/σ
    if (from === "noise") return { onValue: neg(div(1, sigma)) };
    const { onX, onValue } = conversion(schedule, from, "noise");
    return { onX: onX && neg(div(onX, sigma)), onValue: neg(div(onValue, sigma)) };
  }
  if (from === "score") {
    if (to === "noise") return { onValue: neg(sigma) };
    const { onX, onValue } = conversion(schedule, "noise", to);
    return { onX, onValue: neg(mul(sigma, onValue)) };
  }
  if (from === to) throw new RangeError(`conversion: expected two kinds of prediction, got ${from} twice`);
  return between(schedule, from, to);
}

type Plain = Exclude<Prediction, "score">;

function between(schedule: Schedule, from: Plain, to: Plain): Conversion {
  const { alpha, sigma, dAlpha, dSigma } = schedule;
  const w = determinant(schedule);
  switch (from) {
    case "velocity": {
      // Where α is 0, x = σ x0 knows the noise by itself, even if W is 0 too as at the start of a polynomial path: there the
      // coefficients tend to 1/σ and 0. Likewise x = α x1 where σ is 0.
      const known = equal(to === "noise" ? alpha : sigma, 0);
      const divisor = where(known, to === "noise" ? sigma : alpha, w);
      return to === "noise"
        ? { onX: div(where(known, 1, dAlpha), divisor), onValue: neg(div(alpha, divisor)) }
        : { onX: div(where(known, 1, neg(dSigma)), divisor), onValue: div(sigma, divisor) };
    }
    case "noise":
      return to === "velocity"
        ? { onX: div(dAlpha, alpha), onValue: neg(div(w, alpha)) }
        : { onX: div(1, alpha), onValue: neg(div(sigma, alpha)) };
    case "x1":
      return to === "velocity"
        ? { onX: div(dSigma, sigma), onValue: div(w, sigma) }
        : { onX: div(1, sigma), onValue: neg(div(alpha, sigma)) };
  }
}

/** What an error of `from` is multiplied by to be one of `to`, up to sign; undefined for 1. */
export function errorGain(schedule: Schedule, from: Prediction, to: Prediction): Tensor | undefined {
  return from === to ? undefined : conversion(schedule, from, to).onValue;
}

/**
 * The path as an affine one, which conversions need.
 *
 * @param what - who asks, for the message
 * @throws RangeError if its mean is not α(t) x1
 */
export function affine(what: string, path: Path): AffinePath {
  if ("schedule" in path) return path as AffinePath;
  throw new RangeError(
    `${what}: expected an affine path, x_t = α x1 + σ x0, got the path "${path.kind}"; train the velocity on it instead`,
  );
}
