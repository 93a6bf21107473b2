"""First outputs of diffusion transformers, written from the paper (Peebles and Xie 2023, section 3.2), in float64.

Reads what feeds.ts writes and prints the numbers that packages/core/test/models/dit.test.ts expects. Needs torch.
"""

import json
import math
import sys

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def waves(position, count):
    """Sines, then cosines, of positions [n] at frequencies from 1 to 1/10,000: [n, 2 count]."""
    angles = position[:, None] * 10_000 ** (-torch.arange(count) / count)
    return torch.cat([angles.sin(), angles.cos()], 1)


def norm(x, shift, scale):
    """Layer norm without parameters of its own, told shift and scale [batch, width]."""
    return F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale[:, None]) + shift[:, None]


def attention(x, layer, heads):
    batch, tokens, width = x.shape
    q, k, v = (y.reshape(batch, tokens, heads, -1).transpose(1, 2) for y in layer("qkv", x).split(width, -1))
    weights = (q @ k.transpose(-1, -2) / math.sqrt(width // heads)).softmax(-1)
    return layer("out", (weights @ v).transpose(1, 2).reshape(batch, tokens, width))


def dit(params, x, t, labels, width, depth, heads, patch):
    def layers(prefix):
        return lambda name, y: y @ params[f"{prefix}{name}.weight"] + params[f"{prefix}{name}.bias"]

    layer = layers("")
    batch, channels, high, wide = x.shape
    rows, columns = high // patch, wide // patch
    # A token is a patch, flattened as a convolution of that kernel and stride reads it.
    h = layer("stem", F.unfold(x, patch, stride=patch).transpose(1, 2))
    row, column = (y.flatten().double() for y in torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij"))
    h = h + torch.cat([waves(row, width // 4), waves(column, width // 4)], 1)

    told = layer("time.linear2", F.silu(layer("time.linear1", waves(1000 * t, 128))))
    if labels is not None:
        told = told + params["time.label.table"][labels]
    told = F.silu(told)

    for i in range(depth):
        block = layers(f"blocks.{i}.")
        # adaLN-Zero: shift, scale and gate of attention, then of the pointwise network.
        shift1, scale1, gate1, shift2, scale2, gate2 = block("modulation", told).split(width, 1)
        h = h + gate1[:, None] * attention(norm(h, shift1, scale1), layers(f"blocks.{i}.attention."), heads)
        inner = F.gelu(block("expand", norm(h, shift2, scale2)), approximate="tanh")
        h = h + gate2[:, None] * block("contract", inner)

    shift, scale = layer("modulation", told).split(width, 1)
    return F.fold(layer("output", norm(h, shift, scale)).transpose(1, 2), (high, wide), patch, stride=patch)


def tensor(given):
    return torch.tensor(given["data"]).reshape(given["shape"])


for case in json.load(sys.stdin):
    options = {key: case["options"][key] for key in ("width", "depth", "heads", "patch")}
    params = {name: tensor(value) for name, value in case["params"].items()}
    labels = torch.tensor(case["labels"]) if "labels" in case else None
    out = dit(params, tensor(case["xt"]), tensor(case["t"]), labels, **options).flatten()
    print(case["name"], [float(f"{value:.13g}") for value in [*out[:2], *out[-2:]]])
