/** @file How the page calls things. */
import type { sharedSpecs, sideSpecs } from "../settings/settings.ts";

type Values<S> = S extends { readonly values: readonly (infer T extends string)[] } ? T : never;

/** Data. */
export const dataNames: Readonly<Record<Values<(typeof sharedSpecs)["data"]>, string>> = {
  moons: "Moons",
  checkerboard: "Checkerboard",
  rings: "Rings",
  spirals: "Spirals",
  eightGaussians: "Eight Gaussians",
  swissRoll: "Swiss roll",
  pinwheel: "Pinwheel",
  own: "Your own",
};

/** Paths. */
export const pathNames: Readonly<Record<Values<(typeof sideSpecs)["path"]>, string>> = {
  ot: "Optimal transport",
  vp: "Variance preserving",
  ve: "Variance exploding",
  cosine: "Cosine",
  polynomial: "Polynomial",
  "linear-vp": "Linear VP",
  formula: "Your formulas",
};

/** What the network regresses. */
export const objectiveNames: Readonly<Record<Values<(typeof sideSpecs)["objective"]>, string>> = {
  velocity: "Velocity",
  noise: "Noise",
  score: "Score",
  "score-flow": "ScoreFlow",
  x1: "Data",
};

/** Solvers. */
export const solverNames: Readonly<Record<Values<(typeof sharedSpecs)["solver"]>, string>> = {
  euler: "Euler",
  midpoint: "Midpoint",
  heun: "Heun",
  rk4: "RK4",
  bosh3: "Bosh3",
  tsit5: "Tsit5",
  dopri5: "Dopri5",
};

/** Chapters. */
export const chapterNames: Readonly<Record<Values<(typeof sharedSpecs)["chapter"]>, string>> = {
  data: "Data",
  path: "Path",
  train: "Train",
  flow: "Flow",
  solve: "Solve",
  images: "Images",
  keep: "Keep",
};
