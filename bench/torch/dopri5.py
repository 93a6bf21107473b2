"""Adaptive Dormand-Prince 5(4) as PyTorch users run it: an eager loop with one host decision for each step.

The method of torchdiffeq's dopri5 (initial step of Hairer, Norsett and Wanner; RMS norm; integral controller with
safety 0.9 and factors in [0.2, 10]), leaner than that library: times and step sizes are Python floats, and the last
step ends at t1 instead of overshooting and interpolating.
"""

import torch

C = (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0)
A = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
)
B = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)
E = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def rms(x):
    return x.square().mean().sqrt().item()


def combine(y, h, coefficients, slopes):
    """y + h * the weighted sum of the slopes."""
    pairs = [(c, k) for c, k in zip(coefficients, slopes) if c != 0.0]
    out = torch.add(y, pairs[0][1], alpha=h * pairs[0][0])
    for c, k in pairs[1:]:
        out.add_(k, alpha=h * c)
    return out


def initial_step(field, t, y, f, direction, rtol, atol):
    scale = atol + rtol * y.abs()
    d0, d1 = rms(y / scale), rms(f / scale)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    f1 = field(t + direction * h0, torch.add(y, f, alpha=direction * h0))
    d2 = rms((f1 - f) / scale) / h0
    h1 = max(1e-6, h0 * 1e-3) if max(d1, d2) <= 1e-15 else (0.01 / max(d1, d2)) ** 0.2
    return min(100 * h0, h1)


def integrate(field, y, t0, t1, rtol, atol):
    """The state at t1, and the number of evaluations of the field."""
    direction = 1.0 if t1 > t0 else -1.0
    t, f, nfe = t0, field(t0, y), 2
    size = initial_step(field, t, y, f, direction, rtol, atol)
    while t != t1:
        last = size >= abs(t1 - t)
        h = t1 - t if last else direction * size
        k = [f]
        for c, row in zip(C, A):
            k.append(field(t + c * h, combine(y, h, row, k)))
        candidate = combine(y, h, B, k)
        k.append(field(t + h, candidate))
        nfe += 6
        tolerance = atol + rtol * torch.maximum(y.abs(), candidate.abs())
        error = combine(torch.zeros_like(y), h, E, k).div_(tolerance)
        ratio = rms(error)
        if ratio <= 1:
            t, y, f = (t1 if last else t + h), candidate, k[-1]
        least = 1.0 if ratio < 1 else 0.2
        size = abs(h) * min(10.0, max(least, 0.9 * (ratio or 1e-10) ** -0.2))
    return y, nfe
