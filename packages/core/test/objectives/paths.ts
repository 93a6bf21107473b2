/** @file Paths of every sort for the tests of objectives: those of the paper, and those that are singular at an end. */
import { add, cos, exp, expm1, mul, neg, sin, sqrt, sub } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { affinePath, otPath, polynomialPath } from "fluxion";

/** T(1 − t) of the paper's schedule, β from 0.1 to 20 (App. E.1). */
const integral = (t: Tensor): Tensor => {
  const s = sub(1, t);
  return mul(s, add(mul(s, 19.9 / 2), 0.1));
};

/** The VP path (eq 18). */
export const vp = affinePath({
  kind: "vp",
  alpha: (t) => exp(mul(integral(t), -0.5)),
  sigma: (t) => sqrt(neg(expm1(neg(integral(t))))),
  interval: [0, 1 - 1e-5],
});

/** The VE path, σ from 20 down to 0.01 (eq 16): a prior of another std. */
export const ve = affinePath({
  kind: "ve",
  alpha: (t) => add(mul(t, 0), 1),
  sigma: (t) => mul(exp(mul(t, -Math.log(2000))), 20),
  priorStd: 20,
});

export const cosine = affinePath({
  kind: "cosine",
  alpha: (t) => sin(mul(t, Math.PI / 2)),
  sigma: (t) => cos(mul(t, Math.PI / 2)),
});

export const straight = otPath({ sigmaMin: 0 });

export const affinePaths = [otPath(), straight, polynomialPath({ n: 2 }), polynomialPath({ n: 3 }), vp, ve, cosine];
