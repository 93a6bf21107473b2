/** @file Evaluations of dopri5 at 1e-5 on trained flows, to predict how long a measurement takes; never reported. */

/** Of any flow. */
export const typicalNfe = { points: 60, images: 350 } as const;

/** Of what the network was trained for and along, `path objective`: points, images. */
const byTraining: Readonly<Record<string, { readonly points: number; readonly images: number }>> = {
  "vp noise": { points: 160, images: 500 },
  "vp score": { points: 90, images: 400 },
  "vp score-flow": { points: 90, images: 475 },
  "vp velocity": { points: 105, images: 310 },
  "ot velocity": { points: 70, images: 290 },
};

/** The evaluations to expect of a flow by its path and objective. */
export const nfeOf = (path: string, objective: string): { readonly points: number; readonly images: number } =>
  byTraining[`${path} ${objective}`] ?? typicalNfe;
