"""Checks exported models with onnx's own checker and evaluates them with its reference evaluator.

Usage: check.py DIRECTORY, as written by export.ts. Needs the packages onnx and numpy; onnxruntime
stands in where onnx's evaluator fails.
"""

import base64
import collections
import json
import pathlib
import sys

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

try:
    import onnxruntime
except ImportError:
    onnxruntime = None

# Relative to the largest value of an output: float32 sums in another order.
TOLERANCE = 1e-4


def decode(value, dtype=None):
    array = np.frombuffer(base64.b64decode(value["data"]), "<f8").reshape(value["shape"])
    return array if dtype is None else array.astype(dtype)


def graphs(graph):
    """The graph and all that its nodes hold."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                if inner.node:
                    yield from graphs(inner)


def check_names(model):
    everything = list(graphs(model.graph))
    nodes = collections.Counter(node.name for graph in everything for node in graph.node)
    values = collections.Counter(
        name
        for graph in everything
        for name in [*(t.name for t in graph.initializer), *(name for node in graph.node for name in node.output)]
    )
    for kind, counts in [("node", nodes), ("value", values)]:
        repeated = [name for name, count in counts.items() if count > 1]
        if repeated:
            raise ValueError(f"{kind} names used twice: {', '.join(repeated[:5])}")
    domains = [o.domain for o in model.opset_import] + [n.domain for g in everything for n in g.node]
    if any(domains):
        raise ValueError(f"domains other than the standard one: {sorted(set(filter(None, domains)))}")


def evaluate(model, names, feeds):
    """Values by onnx's reference evaluator; where that itself breaks (as on grouped convolutions), by ONNX Runtime."""
    try:
        return ReferenceEvaluator(model).run(names, feeds), None
    except Exception as error:
        if onnxruntime is None:
            raise
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(names, feeds), f"{type(error).__name__}: {error}"


def check_values(model, example):
    types = {i.name: onnx.helper.tensor_dtype_to_np_dtype(i.type.tensor_type.elem_type) for i in model.graph.input}
    feeds = {name: decode(value, types[name]) for name, value in example["feeds"].items()}
    names = list(example["expected"])
    results, broken = evaluate(model, names, feeds)
    if broken is not None:
        print(f"{example['name']}: evaluated by ONNX Runtime, for onnx's evaluator fails: {broken}")
    for name, result in zip(names, results):
        expected = decode(example["expected"][name])
        if result.shape != expected.shape:
            raise ValueError(f"{name}: expected shape {list(expected.shape)}, got {list(result.shape)}")
        finite = expected[np.isfinite(expected)]
        scale = max(1.0, np.abs(finite).max(initial=0))
        if not np.allclose(result.astype(np.float64), expected, rtol=0, atol=TOLERANCE * scale, equal_nan=True):
            error = np.nanmax(np.abs(result - expected)) / scale
            raise ValueError(f"{name}: off by {error:.2g} of its largest value")


def check(directory, example):
    model = onnx.load(directory / example["file"])
    onnx.checker.check_model(model, full_check=True)
    check_names(model)
    check_values(model, example)


def main(directory):
    examples = json.loads((directory / "examples.json").read_text())
    failed = 0
    for example in examples:
        try:
            check(directory, example)
        except Exception as error:  # whatever a checker or evaluator raises is a finding
            failed += 1
            print(f"FAILED {example['name']}: {type(error).__name__}: {str(error).strip()[:600]}")
    print(f"onnx {onnx.__version__}: {len(examples) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
