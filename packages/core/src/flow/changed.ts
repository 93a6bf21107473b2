/** @file Integrating along another path than that of the training. */
import type { Tensor } from "@fluxion/graph";
import { add, div, mul, reshape } from "@fluxion/graph";
import type { ScheduleChange } from "../paths/change-schedule.ts";
import { changeSchedule } from "../paths/change-schedule.ts";
import type { AffinePath, Path } from "../paths/path.ts";

/** A velocity at one time `[]` for a whole batch `[batch, ...event]`. */
export type VelocityAt = (t: Tensor, x: Tensor) => Tensor;

/** The velocity along the path of a change of schedule, if there is one. */
export function changed(change: ScheduleChange | undefined, velocity: VelocityAt): VelocityAt {
  if (change === undefined) return velocity;
  return (t, x) => {
    // One time for all examples: the coefficients are numbers.
    const { time, scale, onX, onVelocity } = change.coefficients(reshape(t, [1]));
    const number = (value: Tensor): Tensor => reshape(value, []);
    return add(mul(number(onX), x), mul(number(onVelocity), velocity(number(time), div(x, number(scale)))));
  };
}

/** The change from a model's path to a schedule, if one is given. */
export function changeOf(path: Path, schedule: AffinePath | undefined): ScheduleChange | undefined {
  if (schedule === undefined) return undefined;
  if (!isAffine(path)) {
    throw new TypeError(`createFlow: schedule: expected a model of an affine path, got one of kind "${path.kind}"; leave schedule out`);
  }
  return changeSchedule(path, schedule);
}

const isAffine = (path: Path): path is AffinePath => "schedule" in path;
