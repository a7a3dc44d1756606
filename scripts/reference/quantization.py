"""Golden gradients of quantized values for spec/autodiff: PyTorch's, at the ends of the range and at ties too.

pip install torch
python3 scripts/reference/quantization.py

torch.fake_quantize_per_tensor_affine and per_channel_affine, and operators between fake-quantized values.
"""

import json
from pathlib import Path

import torch

OUT = Path(__file__).resolve().parents[2] / "spec" / "autodiff" / "golden" / "quantization.json"
RANGES = dict(int8=(-128, 127), uint8=(0, 255), int16=(-32768, 32767), uint16=(0, 65535))


def fake(x, scale, zero_point, dtype, axis=None):
    low, high = RANGES[dtype]
    if axis is None:
        return torch.fake_quantize_per_tensor_affine(x, scale, zero_point, low, high)
    scales, zeros = torch.tensor(scale), torch.tensor(zero_point, dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(x, scales, zeros, axis, low, high)


def rounded(values):
    return [float(f"{v:.7g}") for v in values.flatten().tolist()]


def gradient(function, *inputs):
    tensors = [torch.tensor(x, dtype=torch.float32, requires_grad=True) for x in inputs]
    y = function(*tensors)
    dy = torch.cos(0.5 + 0.7 * torch.arange(y.numel(), dtype=torch.float32)).reshape(y.shape)
    gradients = torch.autograd.grad(y, tensors, dy)
    return dict(y=rounded(y.detach()), gradients=[rounded(g) for g in gradients])


cases = {}
# Both ends, just inside and outside, and halves, which are rounded to even: −128.5 is inside, 127.5 is not.
steps = [-300, -129, -128.6, -128.5, -128.4, -128, -1.5, -0.5, 0, 0.5, 1.5, 126.5, 127, 127.4, 127.5, 127.6, 300]
for dtype, zero_point in (("int8", 0), ("int8", 5), ("uint8", 0), ("uint8", 128), ("int16", 0), ("uint16", 7)):
    scale = 0.25
    x = [scale * (s - (zero_point if dtype.endswith("8") else 0) + (128 if dtype == "uint8" else 0)) for s in steps]
    if dtype.endswith("16"):
        low, high = RANGES[dtype]
        x = [scale * (end - zero_point + d) for end in (low, high) for d in (-2, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 2)]
    of = lambda t, s=scale, z=zero_point, d=dtype: fake(t, s, z, d)
    cases[f"{dtype} {zero_point}"] = dict(dtype=dtype, scale=scale, zeroPoint=zero_point, x=x, **gradient(of, x))

rows = [[s * k for s in (-60.0, -33.0, -0.3, 0.2, 31.0, 32.0, 90.0)] for k in (0.5, 1.0, 2.0)]
channels = dict(scale=[0.25, 0.5, 0.125], zeroPoint=[0, 7, -20])
cases["by channel"] = dict(
    dtype="int8", x=rows, **channels, **gradient(lambda t: fake(t, channels["scale"], channels["zeroPoint"], "int8", 0), rows)
)

# An operator between an input and a result that are quantized.
between = dict(
    Sigmoid=torch.sigmoid,
    Softmax=lambda t: torch.softmax(t, -1),
    LeakyRelu=lambda t: torch.nn.functional.leaky_relu(t, 0.1),
)
x = [[-9.0, -2.3, -0.6, 0.4], [0.05, 1.7, 3.1, 40.0]]
for op, function in between.items():
    scale = 1 / 256 if op != "LeakyRelu" else 0.0625
    zero_point = 0 if op != "LeakyRelu" else 100
    quantized = lambda t: fake(function(fake(t, 0.125, 128, "uint8")), scale, zero_point, "uint8")
    cases[op] = dict(op=op, scale=scale, zeroPoint=zero_point, x=x, **gradient(quantized, x))

OUT.write_text(json.dumps(cases, indent=1) + "\n")
print(f"{len(cases)} cases with PyTorch {torch.__version__}")
