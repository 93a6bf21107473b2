"""Solves between noise and data: sampling, or encoding with the log-density by exact divergence or Hutchinson's estimate."""

import time

import numpy as np
import torch

from dopri5 import integrate
from midpoint import integrate_midpoint
from models import build
from training import floats


class Solve:
    def __init__(self, task, model, specs, parameters, pool, points, solver, divergence=None, compiled=False, **_):
        self.model = build(model, specs, floats(parameters, -1)).requires_grad_(False)
        if compiled:
            self.model = torch.compile(self.model)
        self.event = [model["dimension"]] if model["kind"] == "mlp" else model["image"]
        self.start = torch.from_numpy(floats(pool["x"], (points, *self.event)))
        self.task, self.divergence, self.solver = task, divergence, solver
        if divergence == "hutchinson":
            self.probe = torch.from_numpy(floats(pool["probe"], (points, *self.event)))

    def integrate(self, field, y, t0, t1):
        if "steps" in self.solver:
            return integrate_midpoint(field, y, t0, t1, self.solver["steps"])
        return integrate(field, y, t0, t1, self.solver["rtol"], self.solver["atol"])

    def velocity(self, t, x):
        return self.model(x, torch.full((x.shape[0],), t))

    def trace(self, v, x):
        """The divergence of v: exact, a gradient for each coordinate; or along the probe."""
        if self.divergence == "hutchinson":
            (product,) = torch.autograd.grad(v, x, self.probe)
            return (product * self.probe).flatten(1).sum(1)
        flat = v.flatten(1)
        rows = range(flat.shape[1])
        return sum(torch.autograd.grad(flat[:, i].sum(), x, retain_graph=True)[0].flatten(1)[:, i] for i in rows)

    @torch.no_grad()
    def augmented(self, t, y):
        with torch.enable_grad():
            x = y[:, :-1].reshape(-1, *self.event).detach().requires_grad_(True)
            v = self.velocity(t, x)
            trace = self.trace(v, x)
        return torch.cat([v.detach().flatten(1), trace[:, None]], 1)

    @torch.no_grad()
    def solve(self):
        if self.task == "sampling":
            return self.integrate(self.velocity, self.start, 0.0, 1.0)
        y = torch.cat([self.start.flatten(1), torch.zeros(len(self.start), 1)], 1)
        y, nfe = self.integrate(self.augmented, y, 1.0, 0.0)
        x, change = y[:, :-1], y[:, -1]
        # log p(x1) = log p(x0) - the integral of the divergence from 0 to 1; we integrated from 1 to 0.
        log_prior = -0.5 * x.square().sum(1) - 0.5 * x.shape[1] * np.log(2 * np.pi)
        return log_prior + change, nfe

    def run(self, count):
        started = time.perf_counter()
        for _ in range(count):
            self.last, nfe = self.solve()
        return {"seconds": time.perf_counter() - started, "nfe": nfe}

    def result(self):
        return self.last
