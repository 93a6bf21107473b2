import type { DType } from "../host.ts";

/** TensorProto.DataType of the element types. */
export const dataTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11, float16: 10 } as const satisfies Record<DType, number>;
