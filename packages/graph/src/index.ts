/** @file `@fluxion/graph`: differentiable tensor programs compiled to ONNX. */
export type { DType, HostTensor, TypedData } from "./host.ts";
export { hostTensor, typedData } from "./host.ts";
export type { Dim, Shape } from "./shape.ts";
export { formatShape, isStatic, sizeOf } from "./shape.ts";
export type { Tensor, TensorsOf, TensorType } from "./tensor.ts";
export { scope } from "./tensor.ts";

// Programs
export type { InputSpec, Program } from "./program.ts";
export { input, trace } from "./program.ts";
export { simplify } from "./simplify.ts";
export { loadProgram, saveProgram } from "./serialize.ts";
export { crc32, crc32Update } from "./crc32.ts";
export type { LowerOptions, WebgpuModel } from "./onnx/lower.ts";
export { lower, lowerForWebgpu } from "./onnx/lower.ts";
export type { ModelDescription, ValueDescription } from "./onnx/describe.ts";
export { describeModel } from "./onnx/describe.ts";
export type { ModelSignature, ModelValue } from "./onnx/signature.ts";
export { modelSignature } from "./onnx/signature.ts";
export { fromFloat16, toFloat16 } from "./float16.ts";
export type { Target } from "./emitter.ts";
export { checkFeeds } from "./feeds.ts";
export type {
  CompileOptions, Device, DeviceTensor, Executable, Feed, LoadedModel, LoadOptions, Results, RunOptions, Runtime,
} from "./runtime.ts";
export { isHostTensor } from "./runtime.ts";
export { checkResident, keepResident, onHost } from "./resident.ts";
export { interpretProgram, referenceRuntime } from "./interpreter.ts";
export { largestWork } from "./cost.ts";

// Inspection
export type { CostGroup, ExplainedBody, ExplainedNode, ExplainOptions, Explanation } from "./inspect/explain.ts";
export { explain } from "./inspect/explain.ts";
export type { FormatExplanationOptions } from "./inspect/format-explanation.ts";
export { formatExplanation } from "./inspect/format-explanation.ts";
export { addUp, addUpByScope } from "./inspect/groups.ts";
export type { Column } from "./inspect/table.ts";
export { formatShare, formatSi, formatTable } from "./inspect/table.ts";

// Differentiation
export { grad, hessianVectorProduct, valueAndGrad } from "./autodiff/grad.ts";
export { jvp, vjp } from "./autodiff/derivatives.ts";
export { divergence, hutchinsonDivergence } from "./autodiff/divergence.ts";

// Ops
export type { TensorLike } from "./ops/constant.ts";
export { constant } from "./ops/constant.ts";
export { full, ones, onesLike, zeros, zerosLike } from "./ops/fill.ts";
export {
  abs, ceil, cos, exp, expm1, floor, log, log1p, neg, reciprocal, round, rsqrt, sign, sin, sqrt, square, tan, tanh,
} from "./ops/unary.ts";
export { erf, gelu, geluTanh, relu, sigmoid, silu, softplus } from "./ops/activations.ts";
export { add, clip, div, maximum, minimum, mul, sub } from "./ops/binary.ts";
export { atan2 } from "./ops/atan2.ts";
export { floorDivide, mod } from "./ops/modulo.ts";
export { pow } from "./ops/pow.ts";
export { and, equal, greater, greaterEqual, isFinite, isNaN, less, lessEqual, not, notEqual, or, xor } from "./ops/comparison.ts";
export { where } from "./ops/where.ts";
export { cast } from "./ops/cast.ts";
export type { ReduceOptions, VarianceOptions } from "./ops/reduce.ts";
export { all, any, max, mean, min, norm, prod, sum, variance } from "./ops/reduce.ts";
export type { ArgOptions } from "./ops/arg.ts";
export { argMax, argMin } from "./ops/arg.ts";
export type { CumSumOptions } from "./ops/cum-sum.ts";
export { cumSum } from "./ops/cum-sum.ts";
export { logSoftmax, logSumExp, softmax } from "./ops/softmax.ts";
export type { StandardizeOptions } from "./ops/standardize.ts";
export { standardize } from "./ops/standardize.ts";
export { stopGradient } from "./ops/stop-gradient.ts";
export { einsum } from "./ops/einsum.ts";
export { arange, oneHot } from "./ops/range.ts";
export type { MatmulOptions } from "./ops/matmul.ts";
export { matmul } from "./ops/matmul.ts";
export type { Pair, PerAxis } from "./ops/window.ts";
export type { Conv1dOptions, Conv2dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions } from "./ops/conv.ts";
export { conv1d, conv2d, convTranspose1d, convTranspose2d } from "./ops/conv.ts";
export type { AvgPool1dOptions, AvgPool2dOptions, Pool1dOptions, Pool2dOptions } from "./ops/pool.ts";
export { avgPool1d, avgPool2d, maxPool1d, maxPool2d, upsampleNearest } from "./ops/pool.ts";
export type { ResizeBilinearOptions, ResizeOptions } from "./ops/resize.ts";
export { resizeBilinear, resizeNearest } from "./ops/resize.ts";
export { broadcastTo } from "./ops/broadcast.ts";
export { concat, stack } from "./ops/concat.ts";
export { flip } from "./ops/flip.ts";
export { gather, gatherAlong } from "./ops/gather.ts";
export type { PadOptions } from "./ops/pad.ts";
export { pad } from "./ops/pad.ts";
export { expandDims, reshape, squeeze } from "./ops/reshape.ts";
export { scatterAdd, scatterAddAlong } from "./ops/scatter.ts";
export { slice, split } from "./ops/slice.ts";
export { tile } from "./ops/tile.ts";
export { moveAxis, swapLastTwo, transpose } from "./ops/transpose.ts";
export type { GroupNormOptions, LayerNormOptions, RmsNormOptions } from "./ops/nn.ts";
export { groupNorm, layerNorm, rmsNorm } from "./ops/nn.ts";
export type { AttentionOptions } from "./ops/attention.ts";
export { scaledDotProductAttention } from "./ops/attention.ts";
export type { ScanInputs, ScanOptions, ScanResult, ScanStep } from "./ops/scan.ts";
export { scan } from "./ops/scan.ts";
export { cond } from "./ops/cond.ts";
export type { WhileOptions } from "./ops/while-loop.ts";
export { whileLoop } from "./ops/while-loop.ts";
