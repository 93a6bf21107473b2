"""Flow matching steps on the OT path; noise, data and times come from arrays drawn beforehand."""

import os
import time

import numpy as np
import torch

from models import build, flatten


def floats(path, shape):
    return np.fromfile(path, dtype=np.float32).reshape(shape)


class Training:
    def __init__(self, model, specs, parameters, pool, batch, total, optimizer, sigmaMin, compiled=False, **_):
        self.model = build(model, specs, floats(parameters, -1))
        if model["kind"] == "unet" and os.environ.get("FLUXION_BENCH_CHANNELS_LAST") == "1":
            self.model = self.model.to(memory_format=torch.channels_last)
        event = [model["dimension"]] if model["kind"] == "mlp" else model["image"]
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
        # The rest of a step is the optimiser, which stays eager: compiling it again for every learning rate loses more.
        self.loss = torch.compile(self.plain_loss) if compiled else self.plain_loss

    def plain_loss(self, x0, x1, t):
        weight = t.reshape(-1, *[1] * (x0.dim() - 1))
        slope = 1 - self.sigma_min
        xt = weight * x1 + (1 - slope * weight) * x0
        return torch.nn.functional.mse_loss(self.model(xt, t), x1 - slope * x0)

    def rate(self):
        peak, warmup, floor = self.config["learningRate"], self.config["warmupSteps"], 1e-8
        if self.step < warmup:
            return floor + (peak - floor) * (self.step + 1) / warmup
        return peak + (floor - peak) * (self.step - warmup) / max(1, self.total - 1 - warmup)

    def one_step(self):
        i = self.step % len(self.t)
        batch = (torch.from_numpy(pool[i]) for pool in (self.x0, self.x1, self.t))
        for group in self.adam.param_groups:
            group["lr"] = self.rate()
        self.adam.zero_grad(set_to_none=True)
        loss = self.loss(*batch)
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
