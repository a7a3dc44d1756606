"""Golden gradients of whole networks and Hessian–vector products for spec/autodiff: PyTorch's, in double precision.

    pip install torch
    python3 scripts/reference/network_gradients.py

Two small networks like VGG and GoogLeNet. All inputs are computed by formula, so that only results are stored: element i of
tensor number p is scale · sin(p + 0.9 i), which the spec computes too.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

OUT = Path(__file__).resolve().parents[2] / "spec" / "autodiff" / "golden" / "networks.json"


class Waves:
    """Creates weights in the order in which they are requested."""

    def __init__(self):
        self.made = []

    def __call__(self, *dims, scale=None):
        n = math.prod(dims)
        fan_in = math.prod(dims[1:]) or 1
        scale = scale or math.sqrt(4 / fan_in)
        phase = len(self.made) + 1
        values = [scale * math.sin(phase + 0.9 * i) for i in range(n)]
        t = torch.tensor(values, dtype=torch.float64).reshape(dims).requires_grad_()
        self.made.append(t)
        return t


def conv(w, x, outputs, kernel, **how):
    return F.conv2d(x, w(outputs, x.shape[1], kernel, kernel), w(outputs, scale=0.1), **how)


def vgg(w):
    x = w(2, 3, 13, 12, scale=1)
    for width, depth in [(4, 2), (6, 2), (8, 1)]:
        for _ in range(depth):
            x = F.relu(conv(w, x, width, 3, padding=1))
        x = F.max_pool2d(x, 2)
    x = F.relu(F.linear(x.flatten(1), w(10, 8), w(10, scale=0.1)))
    x = F.linear(x, w(5, 10), w(5, scale=0.1))
    return -x.log_softmax(1)[:, 2].mean()


def googlenet(w):
    def norm(x):
        return F.local_response_norm(x, 5, 0.2, 0.75, 1)

    x = w(1, 3, 30, 27, scale=1)
    x = F.relu(conv(w, x, 6, 7, stride=2, padding=3))
    x = norm(F.max_pool2d(x, 3, 2, ceil_mode=True))
    x = norm(F.relu(conv(w, x, 8, 3, padding=1)))
    x = F.max_pool2d(x, 3, 2, ceil_mode=True)
    for _ in range(2):
        branches = [
            F.relu(conv(w, x, 3, 1)),
            F.relu(conv(w, F.relu(conv(w, x, 3, 1)), 4, 3, padding=1)),
            F.relu(conv(w, F.relu(conv(w, x, 2, 1)), 3, 5, padding=2)),
            F.relu(conv(w, F.max_pool2d(x, 3, 1, padding=1), 2, 1)),
        ]
        x = torch.cat(branches, 1)
    x = F.avg_pool2d(x, 3, 2, ceil_mode=True).mean((2, 3))
    x = F.linear(x, w(5, 12), w(5, scale=0.1))
    return (x.softmax(1) * torch.arange(5)).square().sum()


def smooth(w):
    """A network with curvature everywhere, for second derivatives: normalization, stride, groups, pooling of both kinds."""
    x = w(2, 3, 11, 12, scale=1)
    x = F.softplus(conv(w, x, 4, 3, stride=2, padding=1))
    x = x + torch.tanh(F.conv2d(x, w(4, 2, 3, 3), None, padding=1, groups=2))
    x = F.instance_norm(x, weight=w(4, scale=1), bias=w(4, scale=1))
    x = F.max_pool2d(torch.sigmoid(x), 2, ceil_mode=True)
    x = F.conv_transpose2d(x, w(4, 3, 2, 2), None, stride=2)
    x = F.relu(F.avg_pool2d(x, 2)).flatten(1)
    x = F.linear(x, w(4, 27), w(4, scale=0.1))
    return -x.log_softmax(1)[:, 1].mean()


def rounded(t):
    return [float(f"{value:.7g}") for value in t.flatten().tolist()]


def main():
    golden = {}
    for name, network in [("vgg", vgg), ("googlenet", googlenet), ("smooth", smooth)]:
        w = Waves()
        loss = network(w)
        gradients = torch.autograd.grad(loss, w.made, create_graph=True)
        entry = {"loss": loss.item(), "gradients": [rounded(g) for g in gradients]}
        vectors = [
            torch.tensor([math.cos(p + 0.7 * i) for i in range(t.numel())], dtype=torch.float64).reshape(t.shape)
            for p, t in enumerate(w.made)
        ]
        along = sum((g * v).sum() for g, v in zip(gradients, vectors))
        products = torch.autograd.grad(along, w.made, allow_unused=True, materialize_grads=True)
        entry["products"] = [rounded(p) for p in products]
        golden[name] = entry
    OUT.write_text(json.dumps(golden, separators=(",", ":")))


main()
