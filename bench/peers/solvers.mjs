/** @file Solver loops in JavaScript, as in torch/: a field from arrays to arrays, one host decision for each step. */

const c = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1];
const a = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
];
const b = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84];
const e = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** y + h · the weighted sum of the slopes. */
const combine = (y, h, weights, slopes) => y.map((value, i) => value + h * weights.reduce((sum, w, s) => sum + w * slopes[s][i], 0));

/** The midpoint rule: the end, and the evaluations of the field. */
export async function midpoint(field, y, steps) {
  const h = 1 / steps;
  for (let i = 0; i < steps; i++) {
    const half = combine(y, h / 2, [1], [await field(i * h, y)]);
    y = combine(y, h, [1], [await field((i + 0.5) * h, half)]);
  }
  return { y, nfe: 2 * steps };
}

async function firstStep(field, y, f, { rtol, atol }) {
  const scaled = (values) => rms(Float64Array.from(values, (value, i) => value / (atol + rtol * Math.abs(y[i]))));
  const [d0, d1] = [scaled(y), scaled(f)];
  const h0 = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1;
  const f1 = await field(h0, combine(y, h0, [1], [f]));
  const d2 = scaled(f1.map((value, i) => value - f[i])) / h0;
  const steepest = Math.max(d1, d2);
  const h1 = steepest <= 1e-15 ? Math.max(1e-6, h0 * 1e-3) : (0.01 / steepest) ** 0.2;
  return Math.min(100 * h0, h1);
}

/** Adaptive Dormand–Prince from 0 to 1: the end, and the evaluations of the field. */
export async function dopri5(field, y, options) {
  const { rtol, atol } = options;
  let f = await field(0, y);
  let size = await firstStep(field, y, f, options);
  let t = 0;
  let nfe = 2;
  while (t !== 1) {
    const last = size >= 1 - t;
    const h = last ? 1 - t : size;
    const k = [f];
    for (let stage = 0; stage < c.length; stage++) k.push(await field(t + c[stage] * h, combine(y, h, a[stage], k)));
    const candidate = combine(y, h, b, k);
    k.push(await field(t + h, candidate));
    nfe += 6;
    const error = y.map((value, i) => {
      const wrong = h * e.reduce((sum, w, s) => sum + w * k[s][i], 0);
      return wrong / (atol + rtol * Math.max(Math.abs(value), Math.abs(candidate[i])));
    });
    const ratio = rms(error);
    if (ratio <= 1) [t, y, f] = [last ? 1 : t + h, candidate, k.at(-1)];
    size = h * Math.min(10, Math.max(ratio < 1 ? 1 : 0.2, 0.9 * (ratio || 1e-10) ** -0.2));
  }
  return { y, nfe };
}
