/** @file Checks of what the calls of a flow are given. */
import type { HostTensor } from "@fluxion/graph";
import { sizeOf } from "@fluxion/graph";
import type { Model } from "../models/model.ts";
import type { Params } from "../nn/module.ts";
import type { FloatArray } from "../random/index.ts";

/** Refuses times that fall or leave an interval. */
export function checkTimes(times: readonly number[], [t0, t1]: readonly [number, number]): void {
  const grow = times.every((t, i) => t >= (times[i - 1] ?? t0) && t <= t1);
  if (grow && times.length > 0) return;
  throw new RangeError(
    `trajectory: times: expected times that do not fall, within [${String(t0)}, ${String(t1)}], got [${times.join(", ")}]`,
  );
}

/** Refuses parameters that are missing or of another shape. */
export function checkParams(model: Model, params: Params<HostTensor>): void {
  for (const [name, { shape }] of Object.entries(model.parameters)) {
    const got = params[name]?.shape;
    if (got?.join() === shape.join()) continue;
    throw new RangeError(
      `createFlow: expected the parameter "${name}" of shape [${shape.join(", ")}], got ${got ? `[${got.join(", ")}]` : "none"}`,
    );
  }
}

/** Examples `[count, ...event]`, refused where they are none or not finite. */
export function checkExamples(name: string, data: FloatArray, event: readonly number[]): FloatArray {
  const size = sizeOf(event);
  if (data.length === 0 || data.length % size !== 0) {
    throw new RangeError(
      `${name}: expected examples [count, ${event.join(", ")}], a multiple of ${String(size)} values, got ${String(data.length)}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`${name}: expected finite values, got ${String(data[bad])} in example ${String(Math.floor(bad / size))}`);
  }
  return data;
}
