"""What an exported model says of images: python predict.py digits.onnx images.bin (bytes, 784 an image)."""

import json
import sys

import numpy as np
import onnxruntime

model, pixels = sys.argv[1:]
images = np.fromfile(pixels, np.uint8).reshape(-1, 1, 28, 28)
session = onnxruntime.InferenceSession(model)
probabilities, digit = session.run(["probabilities", "digit"], {"images": images})
print(json.dumps({"probabilities": probabilities.tolist(), "digit": digit.tolist()}))
