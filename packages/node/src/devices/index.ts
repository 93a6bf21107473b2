/** @file What Node.js can compute on, and what of it there is. */
export type { DeviceChoice, NodeDevice, NodeDeviceKind } from "./device.ts";
export { deviceChoices, deviceNames } from "./device.ts";
export { explainFailure } from "./explain-failure.ts";
export { findDevice } from "./find-device.ts";
export { hasFloat16 } from "./has-float16.ts";
export { readBy } from "./read-by.ts";
export { sessionOptions } from "./session-options.ts";
export { withoutTelemetry } from "./telemetry.ts";
