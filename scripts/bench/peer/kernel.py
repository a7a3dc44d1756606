"""PyTorch's gradient of a convolution with respect to its kernel."""

import torch
from tools import timed


def gradient(batch, inputs, outputs, size, side, threads, device):
    torch.set_num_threads(threads)
    x, dy = torch.randn(batch, inputs, size, size), torch.randn(batch, outputs, size, size)
    w = torch.randn(outputs, inputs, side, side)
    pad = [side // 2, side // 2]

    def task():
        torch.ops.aten.convolution_backward(
            dy, x, w, None, [1, 1], pad, [1, 1], False, [0, 0], 1, [False, True, False]
        )
        return []

    return timed(task, device)
