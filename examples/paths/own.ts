/** @file Paths of one's own, as in docs/paths.md. */
import { add, expandDims, mul, norm, pow, square, sub } from "@fluxion/graph";
import { affinePath, changeSchedule, gaussianPath, otPath, vePath } from "fluxion";

export const slow = affinePath({ alpha: (t) => square(t), sigma: (t) => sub(1, mul(square(t), 0.999)) });
console.log(slow.at(0.5), slow.snr(0.5), slow.timeOfSnr(1));

export const bent = gaussianPath({
  mean: (t, x1) => mul(x1, expandDims(pow(t, add(1, norm(x1, { axes: [1] }))), 1)),
  std: (t) => sub(1, mul(t, 0.999)),
});

const change = changeSchedule(vePath(), otPath());
console.log(change.path.interval, change.path.priorStd, change.cut);
