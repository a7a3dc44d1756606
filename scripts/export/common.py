"""Shared by the exporters."""

import argparse
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

OPSET = 17


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the ONNX file to write")
    parser.add_argument("--weights", type=Path, help="a state_dict saved by torch.save (default: the published weights)")
    parser.add_argument("--random", type=int, metavar="SEED", help="use random weights instead, to try the export without a download")
    parser.add_argument("--state", type=Path, help="also write the weights to this file, for scripts/export/check.ts")
    return parser


def reference(name):
    """Imports a script of scripts/reference for its layouts and random weights."""
    spec = spec_from_file_location(f"reference_{name}", Path(__file__).parents[1] / "reference" / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(network, args, published):
    """Loads the requested weights into a network; `published` downloads the usual ones."""
    if args.random is None:
        state = torch.load(args.weights, map_location="cpu", weights_only=True) if args.weights else published()
        for key in ("state_dict", "model_state_dict", "model"):
            state = state.get(key, state) if isinstance(state, dict) else state
        state.pop("mask_values", None)  # milesial stores the masks' gray levels with the weights
        network.load_state_dict(state)
    if args.state:
        torch.save(network.state_dict(), args.state)
    return network.eval()


def export(network, example, path, inputs, outputs, dynamic, metadata):
    """Uses the tracing exporter, which keeps operators whole; the newer exporter decomposes them."""
    with torch.no_grad():
        torch.onnx.export(network, example, str(path), opset_version=OPSET, input_names=inputs, output_names=outputs, dynamic_axes=dynamic, dynamo=False)
    model = onnx.load(path)
    model.producer_name = "oneiros scripts/export"
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    return model


def save(model, path):
    onnx.checker.check_model(model)
    onnx.save(model, path)
    print(f"{path}: {path.stat().st_size / 1e6:.0f} MB, opset {model.opset_import[0].version}")


def run(path, feeds):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, feeds)))


def picture(height, width):
    """RGB in [0, 1]: waves, which give a random network varied activations."""
    c, y, x = np.mgrid[0:3, 0:height, 0:width].astype(np.float64)
    waves = np.sin(0.11 * x * (c + 1) + 0.05 * y) + np.sin(0.17 * y - 0.03 * x * c) + np.sin(0.002 * x * y + c)
    return (0.5 + waves / 6).astype(np.float32)
