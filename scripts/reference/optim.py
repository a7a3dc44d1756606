"""Golden trajectories for spec/optim: PyTorch's optimizers on Rosenbrock's and Beale's functions.

pip install torch
python3 scripts/reference/optim.py
"""

import json
from pathlib import Path

import torch

OUT = Path(__file__).resolve().parents[2] / "spec" / "optim" / "golden"


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def beale(x):
    return (1.5 - x[0] + x[0] * x[1]) ** 2 + (2.25 - x[0] + x[0] * x[1] ** 2) ** 2 + (2.625 - x[0] + x[0] * x[1] ** 3) ** 2


def trajectory(function, x0, make, steps, dtype):
    """x after each step, and the function's value before it."""
    x = torch.tensor(x0, dtype=dtype, requires_grad=True)
    optimizer = make([x])
    points = []
    for _ in range(steps):

        def closure():
            optimizer.zero_grad()
            value = function(x)
            value.backward()
            return value

        value = optimizer.step(closure).item()
        points.append(dict(value=value, x=[float(v) for v in x.detach()]))
    return points


def lbfgs(**options):
    # One iteration per call; the optimizer's memory is kept in its state.
    return lambda p: torch.optim.LBFGS(p, max_iter=1, max_eval=1000, line_search_fn="strong_wolfe", **options)


START = [-1.2, 1.0]
LONG = [-1.2, 1.0, -0.5, 0.3, 2.0, -1.0]
RULES = {
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "adam-options": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.05),
    "sgd": lambda p: torch.optim.SGD(p, lr=1e-3),
    "sgd-momentum": lambda p: torch.optim.SGD(p, lr=1e-4, momentum=0.9, weight_decay=0.01),
    "sgd-nesterov": lambda p: torch.optim.SGD(p, lr=1e-4, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "rmsprop-options": lambda p: torch.optim.RMSprop(p, lr=0.005, alpha=0.9, eps=1e-4, momentum=0.5, weight_decay=0.01),
}

(OUT / "trajectories.json").write_text(
    json.dumps(
        dict(
            start=START,
            rules={name: trajectory(rosenbrock, START, make, 40, torch.float64) for name, make in RULES.items()},
            lbfgs=[
                dict(function="rosenbrock", x0=START, history=20, steps=trajectory(rosenbrock, START, lbfgs(), 30, torch.float64)),
                dict(function="rosenbrock", x0=LONG, history=3, steps=trajectory(rosenbrock, LONG, lbfgs(history_size=3), 20, torch.float64)),
                dict(function="beale", x0=[1.0, 1.0], history=20, steps=trajectory(beale, [1.0, 1.0], lbfgs(), 12, torch.float64)),
                dict(function="beale", x0=[3.5, -1.5], history=20, steps=trajectory(beale, [3.5, -1.5], lbfgs(), 12, torch.float64)),
            ],
        ),
        separators=(",", ":"),
    )
)
