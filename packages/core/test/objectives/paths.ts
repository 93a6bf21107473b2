/** @file Paths of every sort for the tests of objectives: those of the paper, and those that are singular at an end. */
import { cosinePath, linearVpPath, otPath, polynomialPath, vePath, vpPath } from "fluxion";

export const vp = vpPath();
/** A prior of another std. */
export const ve = vePath({ sigmaMax: 20 });
export const cosine = cosinePath();
export const straight = otPath({ sigmaMin: 0 });

export const affinePaths = [otPath(), straight, polynomialPath({ n: 2 }), polynomialPath({ n: 3 }), vp, ve, cosine, linearVpPath()];
