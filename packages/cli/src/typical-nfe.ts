/** Evaluations of dopri5 at 1e-5 on trained flows, to predict how long a measurement takes; never reported. */
export const typicalNfe = { points: 60, images: 350 } as const;
