import { cosinePath, linearVpPath, otPath, polynomialPath, vePath, vpPath } from "fluxion";
import type { AffinePath } from "fluxion";

/** The paths of the page, with their defaults. */
export const members: Readonly<Record<string, AffinePath>> = {
  OT: otPath(),
  VP: vpPath(),
  VE: vePath(),
  cosine: cosinePath(),
  "polynomial, n = 2": polynomialPath({ n: 2 }),
  "linear VP": linearVpPath(),
};
