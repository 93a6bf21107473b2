"""PyTorch's side of the benchmark: a process that reads one JSON request a line and answers each with one line.

{"do": "hello"}                       versions
{"do": "setup", "task": ..., ...}     loads parameters and batches from files
{"do": "run", "count": n}             does n steps (or solves) and returns the seconds that they took
{"do": "result", "path": ...}         writes the averaged weights (or what the last solve gave) to a file
"""

import json
import os
import platform
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from dopri5 import integrate
from models import build, flatten

torch.set_num_threads(1)
torch.set_num_interop_threads(1)


# Ways to run PyTorch faster, or not: the run records them.
SETTINGS = ("FLUXION_BENCH_ADAM", "FLUXION_BENCH_CHANNELS_LAST")


def floats(path, shape):
    return np.fromfile(path, dtype=np.float32).reshape(shape)


class Training:
    """Flow matching steps on the OT path; noise, data and times come from arrays drawn beforehand."""

    def __init__(self, model, specs, parameters, pool, batch, total, optimizer, sigmaMin, **_):
        self.model = build(model, specs, floats(parameters, -1))
        if model["kind"] == "unet" and os.environ.get("FLUXION_BENCH_CHANNELS_LAST") == "1":
            self.model = self.model.to(memory_format=torch.channels_last)
        event = model["image"] if model["kind"] == "unet" else [model["dimension"]]
        self.x0, self.x1 = (floats(pool[name], (-1, batch, *event)) for name in ("x0", "x1"))
        self.t = floats(pool["t"], (-1, batch))
        self.total, self.config, self.sigma_min, self.step = total, optimizer, sigmaMin, 0
        self.specs = specs
        self.parameters = list(self.model.parameters())
        self.ema = [p.detach().clone() for p in self.parameters]
        self.adam = torch.optim.Adam(
            self.parameters,
            lr=optimizer["learningRate"],
            betas=(optimizer["beta1"], optimizer["beta2"]),
            eps=optimizer["epsilon"],
            **({os.environ["FLUXION_BENCH_ADAM"]: True} if os.environ.get("FLUXION_BENCH_ADAM") else {}),
        )

    def rate(self):
        peak, warmup, floor = self.config["learningRate"], self.config["warmupSteps"], 1e-8
        if self.step < warmup:
            return floor + (peak - floor) * (self.step + 1) / warmup
        return peak + (floor - peak) * (self.step - warmup) / max(1, self.total - 1 - warmup)

    def one_step(self):
        i = self.step % len(self.t)
        x0, x1, t = (torch.from_numpy(pool[i]) for pool in (self.x0, self.x1, self.t))
        weight = t.reshape(-1, *[1] * (x0.dim() - 1))
        slope = 1 - self.sigma_min
        xt = weight * x1 + (1 - slope * weight) * x0
        for group in self.adam.param_groups:
            group["lr"] = self.rate()
        self.adam.zero_grad(set_to_none=True)
        loss = torch.nn.functional.mse_loss(self.model(xt, t), x1 - slope * x0)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.config["clipNorm"], foreach=True)
        self.adam.step()
        decay = min(self.config["emaDecay"], (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self.ema, self.parameters, 1 - decay)
        self.step += 1
        return loss.detach()

    def run(self, count):
        # As our side does, the losses are kept and read at the end.
        started = time.perf_counter()
        losses = torch.stack([self.one_step() for _ in range(count)]).tolist()
        return {"seconds": time.perf_counter() - started, "losses": losses}

    def result(self):
        names = (name for name, _ in self.model.named_parameters())
        return flatten(self.model, self.specs, dict(zip(names, self.ema)))


class Solve:
    """dopri5 between noise and data: sampling, or encoding with a Hutchinson estimate of the log-density."""

    def __init__(self, task, model, specs, parameters, pool, points, rtol, atol, **_):
        self.model = build(model, specs, floats(parameters, -1)).requires_grad_(False)
        self.start = torch.from_numpy(floats(pool["x"], (points, -1)))
        self.probe = torch.from_numpy(floats(pool["probe"], (points, -1))) if task == "likelihood" else None
        self.rtol, self.atol = rtol, atol

    def velocity(self, t, x):
        return self.model(x, torch.full((x.shape[0],), t))

    @torch.no_grad()
    def augmented(self, t, y):
        with torch.enable_grad():
            x = y[:, :-1].detach().requires_grad_(True)
            v = self.velocity(t, x)
            (product,) = torch.autograd.grad(v, x, self.probe)
        return torch.cat([v.detach(), (product * self.probe).sum(1, keepdim=True)], 1)

    @torch.no_grad()
    def solve(self):
        if self.probe is None:
            y, nfe = integrate(self.velocity, self.start, 0.0, 1.0, self.rtol, self.atol)
            return y, nfe
        y = torch.cat([self.start, torch.zeros(len(self.start), 1)], 1)
        y, nfe = integrate(self.augmented, y, 1.0, 0.0, self.rtol, self.atol)
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


def answer(request, state):
    do = request["do"]
    if do == "hello":
        settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
        threads = torch.get_num_threads()
        return {"torch": torch.__version__, "python": platform.python_version(), "threads": threads, **settings}
    if do == "setup":
        kind = Training if request["task"] == "training" else Solve
        state["task"] = kind(**{key: value for key, value in request.items() if key != "do"})
        return {"ready": True}
    if do == "result":
        state["task"].result().contiguous().numpy().astype(np.float32).tofile(request["path"])
        return {"written": request["path"]}
    return state["task"].run(request["count"])


def main():
    state = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), state)
        except Exception as error:  # the other side prints it and stops
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
