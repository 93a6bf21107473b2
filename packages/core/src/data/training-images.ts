import type { Key } from "../random/key.ts";
import { uniform } from "../random/uniform.ts";
import { batchOf, epochOrder } from "./epochs.ts";
import type { TrainingData } from "./training-data.ts";

/**
 * Training data from 8-bit images `[n, channels, height, width]`: y = (x + u)/128 − 1 with fresh u ~ U[0, 1) every step,
 * the transform that bits per dimension uses (paper, Appendix C, eqs 36–37).
 * @throws RangeError for values that the shape does not hold, or no image.
 */
export function trainingImages(images: Uint8Array, shape: readonly [number, number, number, number]): TrainingData {
  const [n, ...eventShape] = shape;
  const eventSize = eventShape.reduce((product, length) => product * length, 1);
  if (n < 1 || eventSize < 1 || images.length !== n * eventSize) {
    throw new RangeError(
      `trainingImages: expected [n, c, h, w] of ${images.length} pixels, got [${shape.join(", ")}]; give the images' shape`,
    );
  }
  const batchOrder = epochOrder(n);
  const fill = (key: Key, step: number, out: Float32Array): void => {
    uniform(key.child("dequantize", step), out);
    batchOrder(key, step, batchOf(out.length, eventSize)).forEach((image, i) => {
      const from = image * eventSize;
      const to = i * eventSize;
      for (let j = 0; j < eventSize; j++) {
        out[to + j] = ((images[from + j] ?? 0) + (out[to + j] ?? 0)) / 128 - 1;
      }
    });
  };
  return { eventShape, size: n, transform: { kind: "images8bit" }, fill };
}
