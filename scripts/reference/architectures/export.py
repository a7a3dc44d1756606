"""Exports an architecture with both exporters, and stores its derivatives in PyTorch.

Writes to a folder the model of each case (`torchscript-17.onnx`), tensors (`x.bin`, …) and reference.json. Derivatives are of
Σ outputs · c by the input: the gradient, J v, and H v. They are computed in float64; the same in float32 tells
how accurate PyTorch is. Batch normalization is written out, since PyTorch 2.15's own is wrong where its gradient arrives
transposed (CPU, inference).
"""

import copy
import json
import signal
import time
import warnings
from contextlib import contextmanager

import onnxscript  # noqa: F401: imported before processes fork
import torch
import torch._dynamo
import torch.nn.functional as F
import torch.onnx._internal.exporter._core
from torch.nn.attention import SDPBackend, sdpa_kernel

from build import build, in_one_line

# Processor time for one export.
SECONDS = 60


def batch_norm(x, mean, variance, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    shape = [1, -1] + [1] * (x.dim() - 2)
    if training or mean is None:
        axes = [0, *range(2, x.dim())]
        mean, variance = x.mean(axes), x.var(axes, unbiased=False)
    y = (x - mean.reshape(shape)) / (variance.reshape(shape) + eps).sqrt()
    if weight is not None:
        y = y * weight.reshape(shape)
    return y if bias is None else y + bias.reshape(shape)


def hardsigmoid(x, inplace=False):
    return (x / 6 + 0.5).clamp(0, 1)


@contextmanager
def written_out():
    """Replaces what PyTorch differentiates wrongly (batch normalization) or only once (hardsigmoid, fused attention)."""
    own = F.batch_norm, F.hardsigmoid
    F.batch_norm, F.hardsigmoid = batch_norm, hardsigmoid
    with sdpa_kernel(SDPBackend.MATH):
        yield
    F.batch_norm, F.hardsigmoid = own


def derivatives(network, x, cs, v, seconds):
    x = x.detach().requires_grad_()
    outputs = network(x)
    cs = [c.to(x.dtype).requires_grad_() for c in cs]
    loss = sum((y * c).sum() for y, c in zip(outputs, cs))
    found = {"outputs": torch.cat([y.detach().flatten() for y in outputs])}
    start = time.time()
    (found["gradient"],) = torch.autograd.grad(loss, x, retain_graph=True)
    if time.time() - start > seconds:
        return found
    try:
        (g,) = torch.autograd.grad(loss, x, create_graph=True)
        along = (g * v.to(x.dtype)).sum()
        *jv, hv = torch.autograd.grad(along, [*cs, x], allow_unused=True, materialize_grads=True)
        found["jvp"] = torch.cat([y.flatten() for y in jv])
        if bool(hv.norm() > 1e-12 * found["gradient"].norm()):
            found["hvp"] = hv
    except RuntimeError as error:
        found["second"] = in_one_line(error)
    return found


def error(a, b):
    return float((a.double() - b.double()).norm() / b.double().norm())


def reference(network, x, folder):
    v = torch.randn(x.shape)
    with torch.no_grad():
        shapes = [list(y.shape) for y in network(x)]
    cs = [torch.randn(shape) for shape in shapes]
    with written_out():
        single = derivatives(network, x, cs, v, 10)
        exact = derivatives(copy.deepcopy(network).double(), x.double(), cs, v, 10)
    for name, value in [("x", x), ("v", v), ("c", torch.cat([c.flatten() for c in cs]))]:
        value.detach().numpy().tofile(folder / f"{name}.bin")
    errors = {}
    for name, value in exact.items():
        if isinstance(value, torch.Tensor) and name in single and value.numel() == single[name].numel():
            value.detach().double().numpy().tofile(folder / f"{name}.bin")
            errors[name] = error(single[name], value)
    return {
        "input": list(x.shape),
        "outputs": shapes,
        "norm": float(exact["gradient"].norm()),
        "errors": errors,
        "parameters": sum(p.numel() for p in network.parameters()),
        **({"second": exact["second"]} if "second" in exact else {}),
    }


def exports(network, x, cases, folder):
    """Exports each case; returns the errors of those that fail."""
    failures = {}
    program = None
    for case in cases:
        if (folder / f"{case}.onnx").exists():
            continue
        exporter, _, opset = case.partition("-")
        path = folder / "partial"
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            if exporter == "torchscript":
                torch.onnx.export(network, (x,), path, dynamo=False, opset_version=int(opset), input_names=["x"])
            else:
                program = program or torch.export.export(network, (x,))
                made = torch.onnx.export(program, (), dynamo=True, opset_version=int(opset), verbose=False)
                made.save(path, external_data=False)
            signal.setitimer(signal.ITIMER_PROF, 0)
            path.rename(folder / f"{case}.onnx")
        except Exception as caught:
            signal.setitimer(signal.ITIMER_PROF, 0)
            failures[case] = in_one_line(caught)
    return failures


def timeout(*_):
    raise TimeoutError(f"took more than {SECONDS} s of processor time")


def export_architecture(name, folder, cases):
    warnings.filterwarnings("ignore")
    signal.signal(signal.SIGPROF, timeout)
    torch.set_num_threads(1)
    known = folder / "reference.json"
    earlier = json.loads(known.read_text()).get("failures", {}) if known.exists() else {}
    try:
        network, x = build(name)
        torch.manual_seed(1)
        result = reference(network, x, folder)
        network.requires_grad_(False)
        result["failures"] = earlier | exports(network, x, cases, folder)
    except Exception as caught:
        result = {"failure": in_one_line(caught)}
    known.write_text(json.dumps(result, indent=1))
