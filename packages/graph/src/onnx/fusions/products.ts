/** @file Products and what is added to them. */
import { convOp } from "../../ops/conv-adjoints.ts";
import type { ConvAttrs } from "../../ops/conv-adjoints.ts";
import { biasedConvOp, gemmOp } from "../../ops/fused.ts";
import { matmulOp } from "../../ops/matmul.ts";
import type { MatmulAttrs } from "../../ops/matmul.ts";
import { reshape } from "../../ops/reshape.ts";
import { apply } from "../../op.ts";
import { dimAt, sameShape } from "../../shape.ts";
import { inputOf, outputOf } from "../../tensor.ts";
import type { Fusion } from "./fusion.ts";

/** `a b + bias` of matrices, where nothing else needs the product and the bias is a row or a matrix. */
export const fuseGemm: Fusion = (node, inputs, { uses }) => {
  if (node.op.name !== "add") return undefined;
  for (const [i, x] of node.inputs.entries()) {
    const product = inputs[i];
    const bias = inputs[1 - i];
    if (product?.node.op !== (matmulOp as unknown) || !product || !bias) continue;
    const fits =
      product.rank === 2 &&
      uses.get(x) === 1 &&
      sameShape(product.shape, outputOf(node).shape) &&
      (bias.rank < 2 || bias.shape[0] === 1 || sameShape(bias.shape, product.shape));
    if (fits) return apply(gemmOp, product.node.attrs as MatmulAttrs, inputOf(product.node, 0), inputOf(product.node, 1), bias);
  }
  return undefined;
};

/** A convolution and a bias `[o, 1, 1]`, where nothing else needs what stands between: the kernel starts from the bias. */
export const fuseConvBias: Fusion = (node, inputs, { uses }) => {
  if (node.op.name !== "add") return undefined;
  const i = inputs.findIndex((x) => x.node.op === (convOp as unknown));
  const [image, bias, before] = [inputs[i], inputs[1 - i], node.inputs[i]];
  if (!image || !bias || !before || uses.get(before) !== 1) return undefined;
  const outputs = dimAt(image.shape, 1);
  if (!sameShape(bias.shape.slice(-3), [outputs, 1, 1]) || (bias.rank === 4 && bias.shape[0] !== 1)) return undefined;
  return apply(biasedConvOp, image.node.attrs as ConvAttrs, inputOf(image.node), inputOf(image.node, 1), reshape(bias, [outputs]));
};
