/** @file The MLP's training step and velocity in TensorFlow.js, with its own Adam and automatic gradients. */
import { batchOf, namedParameters, scheduleAt, timeFeatures } from "./problem.mjs";

/** Opens TensorFlow.js on a backend that is registered with it. */
export async function open(tf, backend) {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs: expected the backend ${backend} to start, it did not`);
  await tf.ready();
  return { training: (problem) => training(tf, problem), field: (problem) => field(tf, problem) };
}

const tensorsOf = (tf, { specs, parameters }) => namedParameters(specs, parameters).map(({ shape, values }) => tf.tensor(values, shape));

function network(tf, { model }) {
  const features = timeFeatures(model);
  const [omega, phase] = [tf.tensor(features.omega), tf.tensor(features.phase)];
  return (params, x, t) => {
    let h = tf.concat([x, tf.sin(tf.add(tf.mul(tf.reshape(t, [-1, 1]), omega), phase))], 1);
    for (let i = 0; i < params.length; i += 2) {
      h = tf.add(tf.matMul(h, params[i]), params[i + 1]);
      if (i + 2 < params.length) h = tf.mul(h, tf.sigmoid(h));
    }
    return h;
  };
}

function training(tf, problem) {
  const { optimizer, sigmaMin, batch, model } = problem;
  const apply = network(tf, problem);
  const params = tensorsOf(tf, problem).map((tensor) => tf.variable(tensor));
  const ema = tensorsOf(tf, problem).map((tensor) => tf.variable(tensor, false));
  const adam = tf.train.adam(optimizer.learningRate, optimizer.beta1, optimizer.beta2, optimizer.epsilon);
  const slope = 1 - sigmaMin;
  let done = 0;
  const one = () =>
    tf.tidy(() => {
      const drawn = batchOf(problem, done);
      const { rate, decay } = scheduleAt(problem, done);
      done += 1;
      const [x0, x1] = [tf.tensor(drawn.x0, [batch, model.dimension]), tf.tensor(drawn.x1, [batch, model.dimension])];
      const t = tf.tensor(drawn.t);
      const { value, grads } = tf.variableGrads(() => {
        const weight = tf.reshape(t, [-1, 1]);
        const xt = tf.add(tf.mul(weight, x1), tf.mul(tf.sub(1, tf.mul(weight, slope)), x0));
        return tf.mean(tf.square(tf.sub(apply(params, xt, t), tf.sub(x1, tf.mul(x0, slope)))));
      }, params);
      const norm = tf.sqrt(tf.addN(Object.values(grads).map((g) => tf.sum(tf.square(g)))));
      const factor = tf.minimum(tf.div(optimizer.clipNorm, norm), 1);
      adam.learningRate = rate;
      adam.applyGradients(Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, tf.mul(g, factor)])));
      params.forEach((p, i) => ema[i].assign(tf.add(ema[i], tf.mul(tf.sub(p, ema[i]), 1 - decay))));
      return value;
    });
  return {
    run: async (count) => {
      const losses = [];
      for (let i = 0; i < count; i++) {
        const loss = one();
        losses.push((await loss.data())[0]);
        loss.dispose();
      }
      return losses;
    },
    averages: async () => {
      const parts = [];
      for (const p of ema) for (const value of await p.data()) parts.push(value);
      return Float32Array.from(parts);
    },
  };
}

function field(tf, problem) {
  const apply = network(tf, problem);
  const params = tensorsOf(tf, problem);
  const { points, model } = problem;
  return async (t, x) => {
    const velocity = tf.tidy(() => apply(params, tf.tensor(Float32Array.from(x), [points, model.dimension]), tf.fill([points], t)));
    const values = await velocity.data();
    velocity.dispose();
    return values;
  };
}
