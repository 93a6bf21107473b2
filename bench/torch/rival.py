"""PyTorch's side of the benchmark: a process that reads one JSON request a line and answers each with one line.

{"do": "hello"}                       versions
{"do": "setup", "task": ..., ...}     loads parameters and batches from files
{"do": "run", "count": n}             does n steps (or solves) and returns the seconds that they took
{"do": "result", "path": ...}         writes the averaged weights (or what the last solve gave) to a file
{"do": "memory", "forget": ...}       resident and peak megabytes; `forget` starts the peak again
{"do": "installed"}                   megabytes on disk of torch and all that it needs
"""

import json
import os
import platform
import sys

THREADS = int(os.environ.setdefault("OMP_NUM_THREADS", "1"))

import numpy as np
import torch

import installed
import memory
from solve import Solve
from training import Training

torch.set_num_threads(THREADS)
torch.set_num_interop_threads(1)

# Ways to run PyTorch faster, or not: the run records them.
SETTINGS = ("FLUXION_BENCH_ADAM", "FLUXION_BENCH_CHANNELS_LAST")


def answer(request, state):
    do = request["do"]
    if do == "hello":
        settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
        return {"torch": torch.__version__, "python": platform.python_version(), **settings}
    if do == "setup":
        kind = Training if request["task"] == "training" else Solve
        state["task"] = kind(**{key: value for key, value in request.items() if key != "do"})
        return {"ready": True}
    if do == "result":
        state["task"].result().contiguous().numpy().astype(np.float32).tofile(request["path"])
        return {"written": request["path"]}
    if do == "memory":
        if request.get("forget"):
            memory.forget_peak()
        return {"resident": memory.resident(), "peak": memory.peak()}
    if do == "installed":
        return {"megabytes": installed.megabytes("torch")}
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
