"""The MLP, the U-Net and the DiT of Fluxion in PyTorch, with its parameter names: the state dict is read from our values."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class TimeFeatures(nn.Module):
    """Sine and cosine of fixed frequencies times t: [batch] to [batch, 2 * len(frequencies)]."""

    def __init__(self, frequencies):
        super().__init__()
        omega = torch.tensor(frequencies, dtype=torch.float32)
        self.register_buffer("omega", torch.cat([omega, omega]), persistent=False)
        phase = torch.cat([torch.zeros_like(omega), torch.full_like(omega, math.pi / 2)])
        self.register_buffer("phase", phase, persistent=False)

    def forward(self, t):
        return torch.sin(torch.addcmul(self.phase, t[:, None], self.omega))


class Mlp(nn.Module):
    """Hidden layers with SiLU on x beside the features of t."""

    def __init__(self, dimension, width, depth, timeFrequencies, activation, **_):
        super().__init__()
        if activation != "silu":
            raise ValueError(f"mlp: expected silu, got {activation}")
        self.features = TimeFeatures([math.pi * (i + 1) for i in range(timeFrequencies)])
        sizes = [dimension + 2 * timeFrequencies] + [width] * depth
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.output = nn.Linear(width, dimension)

    def forward(self, x, t):
        h = torch.cat([x, self.features(t)], 1)
        for layer in self.hidden:
            h = F.silu(layer(h))
        return self.output(h)


class TimeNetwork(nn.Module):
    def __init__(self, frequencies, width):
        super().__init__()
        count = frequencies // 2
        self.features = TimeFeatures([1000 * 10_000 ** (-i / count) for i in range(count)])
        self.linear1 = nn.Linear(frequencies, width)
        self.linear2 = nn.Linear(width, width)

    def forward(self, t):
        return F.silu(self.linear2(F.silu(self.linear1(self.features(t)))))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, time, groups):
        super().__init__()
        self.groups = groups
        self.norm = nn.GroupNorm(groups, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time, 2 * outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, features):
        scale, shift = self.time(features)[:, :, None, None].chunk(2, 1)
        h = self.conv1(F.silu(self.norm(x)))
        h = torch.addcmul(shift, F.group_norm(h, self.groups), scale + 1)
        return (x if self.skip is None else self.skip(x)) + self.conv2(F.silu(h))


class Attention(nn.Module):
    def __init__(self, channels, heads, groups):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(groups, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        n, c, height, width = x.shape
        qkv = self.qkv(self.norm(x)).reshape(n, 3, self.heads, c // self.heads, height * width)
        q, k, v = qkv.transpose(3, 4).unbind(1)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(2, 3)
        return x + self.out(mixed.reshape(n, c, height, width))


class Block(nn.Module):
    def __init__(self, inputs, outputs, attends, channels, heads, groups):
        super().__init__()
        self.residual = Residual(inputs, outputs, 4 * channels, groups)
        self.attention = Attention(outputs, heads, groups) if attends else None

    def forward(self, x, time):
        h = self.residual(x, time)
        return h if self.attention is None else self.attention(h)


class Unet(nn.Module):
    def __init__(self, image, channels, multiples, blocks, attention, heads, groups, patch, **_):
        super().__init__()
        if patch != 1:
            raise ValueError(f"unet: expected patch 1, got {patch}")
        depth, height, _width = image
        widths = [m * channels for m in multiples]
        attends = [height // 2**level in attention for level in range(len(widths))]

        def block(inputs, outputs, attend):
            return Block(inputs, outputs, attend, channels, heads, groups)

        def level(i, inputs):
            return nn.ModuleList(block(inputs, widths[i], attends[i]) for _ in range(blocks))

        steps = list(zip(widths, widths[1:]))
        self.time = TimeNetwork(2 * channels, 4 * channels)
        self.stem = nn.Conv2d(depth, widths[0], 3, padding=1)
        self.down = nn.ModuleList(level(i, w) for i, w in enumerate(widths))
        self.downsample = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in steps)
        self.middle = nn.ModuleList(block(widths[-1], widths[-1], attend) for attend in (attends[-1], False))
        self.up = nn.ModuleList(level(i, 2 * w) for i, w in reversed(list(enumerate(widths))))
        self.upsample = nn.ModuleList(nn.Conv2d(b, a, 3, padding=1) for a, b in reversed(steps))
        self.norm = nn.GroupNorm(groups, widths[0])
        self.output = nn.Conv2d(widths[0], depth, 3, padding=1)

    def forward(self, x, t):
        time = self.time(t)
        skips = []
        h = self.stem(x)
        for i, blocks in enumerate(self.down):
            for block in blocks:
                h = block(h, time)
                skips.append(h)
            if i < len(self.downsample):
                h = self.downsample[i](h)
        for block in self.middle:
            h = block(h, time)
        for i, blocks in enumerate(self.up):
            for block in blocks:
                h = block(torch.cat([h, skips.pop()], 1), time)
            if i < len(self.upsample):
                h = self.upsample[i](F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.output(F.silu(self.norm(h)))


class TokenAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, tokens, width))


def modulated(x, scale, shift):
    return torch.addcmul(shift[:, None], F.layer_norm(x, x.shape[-1:], eps=1e-6), scale[:, None] + 1)


class DitBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.modulation = nn.Linear(width, 6 * width)
        self.attention = TokenAttention(width, heads)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)

    def forward(self, x, time):
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(time).chunk(6, 1)
        x = torch.addcmul(x, gate1[:, None], self.attention(modulated(x, scale1, shift1)))
        told = F.gelu(self.expand(modulated(x, scale2, shift2)), approximate="tanh")
        return torch.addcmul(x, gate2[:, None], self.contract(told))


def places(height, breadth, size):
    """Sines and cosines of the row, then of the column: [height * breadth, size]."""
    count = size // 4
    omega = 10_000.0 ** (-torch.arange(count, dtype=torch.float64) / count)
    row, column = (torch.arange(n, dtype=torch.float64)[:, None] * omega for n in (height, breadth))
    row = torch.cat([row.sin(), row.cos()], 1)[:, None].expand(height, breadth, -1)
    column = torch.cat([column.sin(), column.cos()], 1)[None].expand(height, breadth, -1)
    return torch.cat([row, column], 2).reshape(height * breadth, size).float()


class Dit(nn.Module):
    def __init__(self, image, width, depth, heads, patch, **_):
        super().__init__()
        channels, height, breadth = image
        self.patch = patch
        self.time = TimeNetwork(256, width)
        self.register_buffer("places", places(height // patch, breadth // patch, width), persistent=False)
        self.stem = nn.Linear(channels * patch**2, width)
        self.blocks = nn.ModuleList(DitBlock(width, heads) for _ in range(depth))
        self.modulation = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, channels * patch**2)

    def forward(self, x, t):
        time = self.time(t)
        h = self.stem(F.pixel_unshuffle(x, self.patch).flatten(2).transpose(1, 2)) + self.places
        for block in self.blocks:
            h = block(h, time)
        shift, scale = self.modulation(time).chunk(2, 1)
        h = self.output(modulated(h, scale, shift)).transpose(1, 2)
        grid = [size // self.patch for size in x.shape[2:]]
        return F.pixel_shuffle(h.reshape(len(x), -1, *grid), self.patch)


KINDS = {"mlp": Mlp, "unet": Unet, "dit": Dit}


def is_transposed(modules, name):
    """Fluxion keeps the weight of a linear layer as [inputs, outputs]."""
    return isinstance(modules[name.rpartition(".")[0]], nn.Linear) and name.endswith(".weight")


def build(config, specs, values):
    """The model of a configuration with our parameters: `specs` is [[name, shape], ...], `values` the flat vector."""
    model = KINDS[config["kind"]](**{key: value for key, value in config.items() if key != "kind"})
    modules = dict(model.named_modules())
    state, at = {}, 0
    for name, shape in specs:
        size = math.prod(shape)
        value = torch.from_numpy(values[at : at + size].copy()).reshape(shape)
        at += size
        state[name] = value.T.contiguous() if is_transposed(modules, name) else value
    if at != len(values):
        raise ValueError(f"parameters: expected {at} values, got {len(values)}")
    model.load_state_dict(state, strict=True)
    return model


def flatten(model, specs, tensors):
    """Tensors by parameter name as our flat vector: what `build` reads."""
    modules = dict(model.named_modules())
    ours = (tensors[name].T if is_transposed(modules, name) else tensors[name] for name, _ in specs)
    return torch.cat([tensor.reshape(-1) for tensor in ours])
