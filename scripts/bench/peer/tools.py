"""What the peers in PyTorch share."""

import json
import time

import numpy as np
import torch


def load_safetensors(path):
    """The tensors of a safetensors file with float32 elements, by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        elements = file.read()
    return {
        name: torch.from_numpy(
            np.frombuffer(elements, np.float32, int(np.prod(entry["shape"])), entry["data_offsets"][0])
            .reshape(entry["shape"])
            .copy()
        )
        for name, entry in header.items()
        if name != "__metadata__"
    }


def load_floats(path, shape):
    return torch.from_numpy(np.fromfile(path, dtype=np.float32).reshape(shape))


def prepare(module, form, device, threads):
    """A module on a device in a form: eager, channels_last or compiled. Channels last takes effect with its inputs."""
    torch.set_num_threads(threads)
    module = module.to(device)
    if form == "channels_last":
        module = module.to(memory_format=torch.channels_last)
    return torch.compile(module) if form == "compiled" else module


def shaped(tensor, form, device):
    tensor = tensor.to(device)
    return tensor.contiguous(memory_format=torch.channels_last) if form == "channels_last" else tensor


def timed(task, device):
    """A function that runs a task once: the milliseconds that it takes, and the figures that it returns."""

    def run():
        synchronize(device)
        start = time.perf_counter()
        figures = task()
        synchronize(device)
        return 1000 * (time.perf_counter() - start), [float(figure) for figure in figures]

    return run


def synchronize(device):
    if device != "cpu":
        torch.cuda.synchronize(device)
