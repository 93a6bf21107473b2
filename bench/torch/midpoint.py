"""The midpoint rule on an even grid, as torchdiffeq's fixed-grid solvers run it: an eager loop over steps."""

import torch


def integrate_midpoint(field, y, t0, t1, steps):
    """The state at t1, and the number of evaluations of the field."""
    h = (t1 - t0) / steps
    for i in range(steps):
        t = t0 + i * h
        half = torch.add(y, field(t, y), alpha=h / 2)
        y = torch.add(y, field(t + h / 2, half), alpha=h)
    return y, 2 * steps
