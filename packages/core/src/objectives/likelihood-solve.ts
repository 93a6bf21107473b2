/** @file The solve inside the maximum-likelihood loss: a scan over steps, stages written out, reverse mode goes through it. */
import type { Tensor } from "@fluxion/graph";
import { add, broadcastTo, constant, jvp, mul, scan, slice, square, sum, zeros } from "@fluxion/graph";
import type { Tableau } from "../solvers/tableau.ts";

/** The network's velocity at times `[batch]`. */
type Velocity = (x: Tensor, t: Tensor) => Tensor;

interface Grid {
  /** `[batch, ...event]` */
  readonly x1: Tensor;
  readonly interval: readonly [number, number];
  readonly method: Tableau;
  readonly steps: number;
  readonly recompute: boolean;
}

interface Rates {
  /** `[probes, batch, ...event]`, or undefined for all directions. */
  readonly probes: Tensor | undefined;
  readonly kinetic: number;
  readonly jacobian: number;
}

/** Stages that the step or a later stage weighs: a last stage that only the next step would reuse is left out. */
export function usedStages({ a, b }: Tableau): number {
  const used = b.map((weight, i) => weight !== 0 || a.some((row) => (row[i] ?? 0) !== 0));
  return used.filter(Boolean).length;
}

/**
 * Carries data from t1 back to t0 on a fixed grid.
 *
 * @returns `x0` `[batch, ...event]`, and the `integral` over [t0, t1] of div v + kinetic ‖v‖² + jacobian ‖∂v/∂x‖², `[batch]`
 */
export function integrate(
  velocity: Velocity,
  { x1, interval: [t0, t1], method, steps, recompute }: Grid,
  rates: Rates,
): { readonly x0: Tensor; readonly integral: Tensor } {
  const h = (t0 - t1) / steps;
  const stages = usedStages(method);
  const times = Float64Array.from({ length: steps * stages }, (_, i) => {
    const t = t1 + (Math.floor(i / stages) + (method.c[i % stages] ?? 0)) * h;
    return Math.max(t0, Math.min(t1, t));
  });
  const batch = x1.shape[0] ?? 1;
  const { carry } = scan(
    { carry: [x1, zeros([batch])], xs: [constant(times, [steps, stages])] },
    ([x, total], [row]) => {
      const slopes: Tensor[] = [];
      const gathered: Tensor[] = [];
      for (let i = 0; i < stages; i++) {
        const at = advance(x, h, method.a[i] ?? [], slopes);
        const v = velocity(at, broadcastTo(slice(row, 0, i, i + 1), [batch]));
        slopes.push(v);
        gathered.push(rateOf(v, at, rates));
      }
      return { carry: [advance(x, h, method.b, slopes), advance(total, h, method.b, gathered)], ys: [] };
    },
    { recompute },
  );
  const [x0, total] = carry;
  // Gathered from t1 down to t0.
  return { x0, integral: mul(total, -1) };
}

/** y + h Σ weights[i] · slopes[i] */
function advance(y: Tensor, h: number, weights: readonly number[], slopes: readonly Tensor[]): Tensor {
  return slopes.reduce((sum, slope, i) => (weights[i] ? add(sum, mul(slope, h * weights[i])) : sum), y);
}

/** div v + kinetic ‖v‖² + jacobian ‖∂v/∂x‖² of each example: one forward pass gives Jz, and with it zᵀJz and ‖Jz‖². */
function rateOf(v: Tensor, x: Tensor, { probes, kinetic, jacobian }: Rates): Tensor {
  const [z, share] = probes === undefined ? [basis(x), 1] : [probes, 1 / Number(probes.shape[0])];
  const [jz] = jvp([v], [x], [broadcastTo(z, [z.shape[0] ?? 1, ...x.shape])]);
  const event = x.shape.slice(1).map((_, i) => i + 1);
  const over = [0, ...event.map((axis) => axis + 1)];
  const terms = [mul(sum(mul(jz, z), { axes: over }), share)];
  // E ‖Jz‖² = ‖J‖² = E ‖zᵀJ‖² for any probes with E[zzᵀ] = I.
  if (jacobian > 0) terms.push(mul(sum(square(jz), { axes: over }), jacobian * share));
  if (kinetic > 0) terms.push(mul(sum(square(v), { axes: event }), kinetic));
  return terms.reduce((a, b) => add(a, b));
}

/** The unit vectors of an example `[d, 1, ...event]`. */
function basis(x: Tensor): Tensor {
  const event = x.shape.slice(1).map(Number);
  const d = event.reduce((product, length) => product * length, 1);
  return constant(Float64Array.from({ length: d * d }, (_, i) => Number(i % (d + 1) === 0)), [d, 1, ...event], x.dtype);
}
