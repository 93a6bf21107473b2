/** @file The MLP's training step and velocity in jax-js, compiled with its jit. Every use but the last of an array is `.ref`. */
import { batchOf, namedParameters, scheduleAt, timeFeatures } from "./problem.mjs";

/** Opens jax-js on a backend: `wasm`, or `webgpu` in a browser that has it. */
export async function open(jax, backend) {
  const had = await jax.init(backend);
  if (!had.includes(backend)) throw new Error(`jax-js: expected the backend ${backend}, it has ${had.join(", ")}`);
  jax.defaultDevice(backend);
  return { training: (problem) => training(jax, problem), field: (problem) => field(jax, problem) };
}

function parametersOf({ numpy: np }, { specs, parameters }) {
  return namedParameters(specs, parameters).map(({ shape, values }) => np.array(values).reshape(shape));
}

/** The network; it consumes its arguments. */
function network({ numpy: np, nn }, { model }) {
  const { omega, phase } = timeFeatures(model);
  return (params, x, t) => {
    const angles = np.array(phase).add(t.reshape([-1, 1]).mul(np.array(omega)));
    let h = np.concatenate([x, np.sin(angles)], 1);
    for (let i = 0; i < params.length; i += 2) {
      h = np.matmul(h, params[i]).add(params[i + 1]);
      if (i + 2 < params.length) h = nn.silu(h);
    }
    return h;
  };
}

function training(jax, problem) {
  const { numpy: np } = jax;
  const { optimizer, sigmaMin } = problem;
  const apply = network(jax, problem);
  const slope = 1 - sigmaMin;
  const loss = (params, x0, x1, t) => {
    const weight = t.ref.reshape([-1, 1]);
    const xt = weight.ref.mul(x1.ref).add(np.array(1).sub(weight.mul(slope)).mul(x0.ref));
    const error = apply(params, xt, t).sub(x1.sub(x0.mul(slope)));
    return np.mean(np.square(error));
  };
  const graded = jax.valueAndGrad(loss);
  const { beta1, beta2, epsilon, clipNorm } = optimizer;
  const step = jax.jit((params, m, v, ema, x0, x1, t, scalars) => {
    const scalar = (i) => scalars.ref.slice(i);
    const [value, grads] = graded(params.map((p) => p.ref), x0, x1, t);
    const squares = grads.map((g) => np.sum(np.square(g.ref)));
    const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
    const factor = np.minimum(np.array(clipNorm).div(norm), 1);
    const next = { params: [], m: [], v: [], ema: [] };
    grads.forEach((grad, i) => {
      const g = grad.mul(factor.ref);
      const first = m[i].mul(beta1).add(g.ref.mul(1 - beta1));
      const second = v[i].mul(beta2).add(np.square(g).mul(1 - beta2));
      const update = first.ref.mul(scalar(0)).div(np.sqrt(second.ref.mul(scalar(1))).add(epsilon));
      const moved = params[i].sub(update);
      next.params.push(moved.ref);
      next.m.push(first);
      next.v.push(second);
      next.ema.push(ema[i].ref.add(moved.sub(ema[i]).mul(scalar(2))));
    });
    factor.dispose();
    scalars.dispose();
    return [next.params, next.m, next.v, next.ema, value];
  });
  let params = parametersOf(jax, problem);
  let m = params.map((p) => np.zeros(p.shape));
  let v = params.map((p) => np.zeros(p.shape));
  let ema = parametersOf(jax, problem);
  let done = 0;
  const { batch, model } = problem;
  const one = () => {
    const { x0, x1, t } = batchOf(problem, done);
    const { rate, decay } = scheduleAt(problem, done);
    done += 1;
    const scalars = np.array(Float32Array.of(rate / (1 - beta1 ** done), 1 / (1 - beta2 ** done), 1 - decay));
    const points = (values) => np.array(values).reshape([batch, model.dimension]);
    let value;
    [params, m, v, ema, value] = step(params, m, v, ema, points(x0), points(x1), np.array(t), scalars);
    return value;
  };
  return {
    run: async (count) => {
      const losses = [];
      for (let i = 0; i < count; i++) losses.push((await one().data())[0]);
      return losses;
    },
    averages: async () => {
      const parts = [];
      for (const p of ema) for (const value of await p.ref.data()) parts.push(value);
      return Float32Array.from(parts);
    },
  };
}

function field(jax, problem) {
  const { numpy: np } = jax;
  const apply = network(jax, problem);
  const velocity = jax.jit((params, x, t) => apply(params, x, t));
  const params = parametersOf(jax, problem);
  const { points, model } = problem;
  return async (t, x) => {
    const times = np.array(new Float32Array(points).fill(t));
    return velocity(params.map((p) => p.ref), np.array(x).reshape([points, model.dimension]), times).data();
  };
}
