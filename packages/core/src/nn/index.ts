/** @file Layers as init/apply pairs, and what composes them. */
export type { ActivationName } from "./activation.ts";
export { activation, activationNames } from "./activation.ts";
export type { Conv2dOptions } from "./conv2d.ts";
export { conv2d } from "./conv2d.ts";
export { groupNorm } from "./group-norm.ts";
export { filled, uniformFanIn } from "./initializers.ts";
export type { LinearOptions } from "./linear.ts";
export { linear } from "./linear.ts";
export type { Bound, Module, ParameterSpec, ParameterSpecs, Params, Part } from "./module.ts";
export { compose, parameter } from "./module.ts";
export type { ResidualBlockOptions } from "./residual-block.ts";
export { residualBlock } from "./residual-block.ts";
export type { SelfAttentionOptions } from "./self-attention.ts";
export { selfAttention } from "./self-attention.ts";
export { depthToSpace, spaceToDepth } from "./space-depth.ts";
export type { TimeEmbedding } from "./time-embedding.ts";
export { fourierTime, plainTime, sinusoidalTime } from "./time-embedding.ts";
