/** @file The work as rivals of npm are told it: parameters by name, batches, the learning rate; no library in here. */

/** Cuts the flat vector of parameters into named arrays. */
export function namedParameters(specs, flat) {
  let at = 0;
  return specs.map(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return { name, shape, values: flat.slice(at, (at += size)) };
  });
}

/** ω and phases of the features of time: sin(ωt + phase). */
export function timeFeatures({ timeFrequencies }) {
  const omega = Array.from({ length: timeFrequencies }, (_, i) => Math.PI * (i + 1));
  return {
    omega: Float32Array.from([...omega, ...omega]),
    phase: Float32Array.from([...omega.map(() => 0), ...omega.map(() => Math.PI / 2)]),
  };
}

/** The batch of a step, as the benchmark drew it: they repeat. */
export function batchOf({ pool, batch, model }, step) {
  const count = pool.t.length / batch;
  const i = step % count;
  const size = batch * model.dimension;
  const part = (values, length) => values.slice(i * length, (i + 1) * length);
  return { x0: part(pool.x0, size), x1: part(pool.x1, size), t: part(pool.t, batch) };
}

/** The learning rate of a step, and what the weight average keeps. */
export function scheduleAt({ optimizer, total }, step) {
  const { learningRate: peak, warmupSteps: warmup, emaDecay } = optimizer;
  const floor = 1e-8;
  const rate =
    step < warmup
      ? floor + ((peak - floor) * (step + 1)) / warmup
      : peak + ((floor - peak) * (step - warmup)) / Math.max(1, total - 1 - warmup);
  return { rate, decay: Math.min(emaDecay, (1 + step) / (10 + step)) };
}

/** Refuses what the rivals of npm are not written for. */
export function checkMlp({ model }) {
  if (model.kind !== "mlp" || model.activation !== "silu") throw new Error(`peers: expected an MLP with silu, got ${model.kind}`);
}
