import { cast, logSoftmax, mean, mul, neg, oneHot, sub, sum } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";

/** Bytes 0 … 255 as numbers from −1 to 1. */
export const scaled = (images: Tensor): Tensor => sub(mul(cast(images, "float32"), 2 / 255), 1);

/** The mean of −log p(label) over the batch. */
export const crossEntropy = (logits: Tensor, labels: Tensor): Tensor =>
  neg(mean(sum(mul(oneHot(cast(labels, "int32"), 10), logSoftmax(logits)), { axes: [1] })));
