"""Golden gradients for spec/autodiff: PyTorch's gradients of every operator that it has, also at kinks and ties.

pip install torch torchvision
python3 scripts/reference/gradients.py

Inputs and cotangents are computed by formula, so that only results are stored: element i of the input with phase p is
shift + scale · sin(p + 0.9 i) (an input without phase is literal); the cotangent's is cos(0.5 + 0.7 i), or 1.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torchvision.ops import roi_align

OUT = Path(__file__).resolve().parents[2] / "spec" / "autodiff" / "golden" / "gradients.json"
cases = []


def wave(*dims, scale=2.0, shift=0.0, phase=None):
    return dict(dims=list(dims), phase=phase, scale=scale, shift=shift)


def exactly(values, dims=None):
    return dict(dims=[len(values)] if dims is None else dims, values=values)


def whole(values, dims=None):
    """An int64 constant."""
    return dict(dims=[len(values)] if dims is None else dims, ints=values)


def flags(values, dims=None):
    """A bool constant."""
    return dict(dims=dims or [len(values)], flags=values)


def tensor(spec):
    n = math.prod(spec["dims"])
    if "ints" in spec:
        return torch.tensor(spec["ints"], dtype=torch.int64).reshape(spec["dims"])
    if "flags" in spec:
        return torch.tensor(spec["flags"], dtype=torch.bool).reshape(spec["dims"])
    if "values" in spec:
        values = spec["values"]
    else:
        values = [spec["shift"] + spec["scale"] * math.sin(spec["phase"] + 0.9 * i) for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).reshape(spec["dims"])


def case(op, function, inputs, attributes=None, opset=None, ones=False, note=None, held=()):
    """`function` takes the tensors of the inputs; there are no gradients by those in `held`."""
    for i, spec in enumerate(inputs):
        if spec.get("phase", 0) is None:
            spec["phase"] = 0.3 + 1.7 * i
    tensors = [tensor(spec) for spec in inputs]
    wrt = [i for i, t in enumerate(tensors) if t.is_floating_point() and i not in held]
    for i in wrt:
        tensors[i].requires_grad_()
    y = function(*tensors)
    n = y.numel()
    dy = torch.tensor([1.0 if ones else math.cos(0.5 + 0.7 * i) for i in range(n)], dtype=torch.float64).reshape(y.shape)
    gradients = torch.autograd.grad(y, [tensors[i] for i in wrt], dy, allow_unused=True)
    stored = {
        str(i): [float(f"{v:.7g}") for v in (torch.zeros_like(tensors[i]) if g is None else g).flatten().tolist()]
        for i, g in zip(wrt, gradients)
    }
    cases.append(dict(op=op, note=note, opset=opset, inputs=inputs, attributes=attributes or {}, output=list(y.shape), ones=ones, gradients=stored))


def real(value):
    """A float attribute."""
    return {"float": value}


# Elementwise, where they are smooth.
for op, function in dict(
    Neg=torch.neg, Exp=torch.exp, Erf=torch.erf, Sin=torch.sin, Cos=torch.cos, Sinh=torch.sinh, Cosh=torch.cosh,
    Tanh=torch.tanh, Atan=torch.atan, Asinh=torch.asinh, Abs=torch.abs, Sigmoid=torch.sigmoid, Softplus=F.softplus,
    Softsign=F.softsign, HardSwish=F.hardswish, Selu=F.selu, Relu=F.relu,
).items():
    case(op, function, [wave(2, 7)])
for op, function in dict(Asin=torch.asin, Acos=torch.acos, Atanh=torch.atanh, Tan=torch.tan).items():
    case(op, function, [wave(2, 7, scale=0.9)])
for op, function in dict(Sqrt=torch.sqrt, Log=torch.log, Reciprocal=torch.reciprocal, Acosh=torch.acosh).items():
    case(op, function, [wave(2, 7, scale=1.0, shift=2.5)])
case("HardSigmoid", F.hardsigmoid, [wave(2, 7, scale=4.0)], dict(alpha=1 / 6, beta=0.5))
case("LeakyRelu", lambda x: F.leaky_relu(x, 0.2), [wave(2, 7)], dict(alpha=0.2))
case("Elu", lambda x: F.elu(x, 1.5), [wave(2, 7)], dict(alpha=1.5))
case("Celu", lambda x: F.celu(x, 0.5), [wave(2, 7)], dict(alpha=0.5))
case("ThresholdedRelu", lambda x: F.threshold(x, 0.5, 0), [wave(2, 7)], dict(alpha=0.5))
case("Shrink", lambda x: F.softshrink(x, 0.5), [wave(2, 7)], dict(lambd=0.5, bias=0.5))
case("Gelu", F.gelu, [wave(2, 7)], opset=20)
case("Gelu", lambda x: F.gelu(x, approximate="tanh"), [wave(2, 7)], dict(approximate="tanh"), opset=20)
case("Mish", F.mish, [wave(2, 7)], opset=18)
case("PRelu", lambda x, s: F.prelu(x, s), [wave(2, 3, 4), wave(3, scale=0.5)], note="slopes by channel")
cases[-1]["inputs"][1]["dims"] = [3, 1]  # ONNX broadcasts from the last axis
for op, function in dict(Add=torch.add, Sub=torch.sub, Mul=torch.mul, Max=torch.maximum, Min=torch.minimum).items():
    case(op, function, [wave(2, 3), wave(2, 3)])
    case(op, function, [wave(2, 1, 3), wave(4, 1)])
case("Div", torch.div, [wave(2, 3), wave(3, scale=0.5, shift=1.5)])
case("Pow", torch.pow, [wave(2, 3, scale=0.5, shift=1.5), wave(3)])
case("Mod", torch.fmod, [wave(2, 3, scale=4.0), wave(3, scale=0.3, shift=1.0)], dict(fmod=1))
case("Where", torch.where, [flags([1, 0, 1]), wave(2, 3), wave(3)])
case("Sum", lambda x, y: x + y, [wave(2, 3), wave(3)])
case("Mean", lambda x, y: (x + y) / 2, [wave(2, 3), wave(3)])

# Kinks and ties. At the bounds of clamp and hardswish, newer versions of PyTorch have a gradient of 0, older ones do
# not; spec/autodiff/conventions.spec.ts tests those by hand.
case("Relu", F.relu, [exactly([-1.0, 0.0, 1.0])], ones=True, note="0 at 0")
case("LeakyRelu", lambda x: F.leaky_relu(x, 0.01), [exactly([-1.0, 0.0, 1.0])], ones=True, note="α at 0")
case("PRelu", F.prelu, [exactly([-1.0, 0.0, 1.0], [3, 1]), exactly([0.25])], ones=True, note="s at 0")
case("Elu", F.elu, [exactly([-1.0, 0.0, 1.0])], ones=True, note="α at 0")
case("Selu", F.selu, [exactly([-1.0, 0.0, 1.0])], ones=True, note="γα at 0")
case("Celu", F.celu, [exactly([-1.0, 0.0, 1.0])], ones=True, note="1 at 0")
case("Clip", lambda x: x.clamp(-1, 2), [exactly([-2.0, 0.0, 3.0])], dict(min=real(-1), max=real(2)), opset=6, ones=True)
case("Clip", torch.clamp, [wave(2, 7), exactly([-0.7], []), exactly([0.9], [])], note="by its bounds")
case("HardSigmoid", F.hardsigmoid, [exactly([-4.0, -3.0, 0.0, 3.0, 4.0])], dict(alpha=1 / 6, beta=0.5), ones=True, note="0 at ±3")
case("HardSwish", F.hardswish, [exactly([-4.0, 0.0, 4.0])], ones=True)
case("Abs", torch.abs, [exactly([-1.0, 0.0, 1.0])], ones=True, note="0 at 0")
case("Max", torch.maximum, [exactly([1.0, 2.0, 3.0]), exactly([1.0, 3.0, 2.0])], ones=True, note="ties share")
case("Min", torch.minimum, [exactly([1.0, 2.0, 3.0]), exactly([1.0, 3.0, 2.0])], ones=True, note="ties share")
case("ReduceMax", lambda x: x.amax(1), [exactly([1.0, 3.0, 3.0, 2.0, 2.0, 2.0], [2, 3])], dict(axes=[1], keepdims=0), ones=True, note="ties share")
case("ReduceMax", lambda x: x.max(), [exactly([1.0, 3.0, 3.0, 2.0])], dict(keepdims=0), ones=True, note="ties share")
case("ReduceMin", lambda x: x.amin(1), [exactly([1.0, 3.0, 1.0, 2.0, 2.0, 2.0], [2, 3])], dict(axes=[1], keepdims=0), ones=True, note="ties share")
case("ReduceL2", lambda x: x.norm(dim=1), [exactly([0.0, 0.0, 3.0, 4.0], [2, 2])], dict(axes=[1], keepdims=0), ones=True, note="0 at 0")
case("ReduceL1", lambda x: x.abs().sum(), [exactly([-1.0, 0.0, 3.0])], dict(keepdims=0), ones=True, note="0 at 0")
case("ReduceProd", lambda x: x.prod(1), [exactly([2.0, 0.0, 3.0, 0.0, 0.0, 5.0, 1.0, 2.0, 3.0], [3, 3])], dict(axes=[1], keepdims=0), ones=True, note="with zeros")
case("Pow", torch.pow, [exactly([0.0, 0.0, 2.0]), exactly([0.0, 2.0, 0.0])], ones=True, note="0⁰, 0², 2⁰")
case("MaxPool", lambda x: F.max_pool2d(x, 2), [exactly([1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 0.0, 2.0, 1.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0], [1, 1, 4, 4])], dict(kernel_shape=[2, 2], strides=[2, 2]), note="ties go to the first")
case("MaxPool", lambda x: F.max_pool2d(x, 3, 1, 1), [exactly([5.0 if i == 12 else 0.0 for i in range(25)], [1, 1, 5, 5])], dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1]), ones=True, note="overlaps add up: 9")
case("MaxPool", lambda x: F.max_pool2d(x, 3, 2, 1), [exactly([1.0] * 36, [1, 1, 6, 6])], dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]), note="everything ties")
case("Sqrt", torch.sqrt, [exactly([0.25, 1.0, 4.0])], ones=True)

# Reductions.
for op, function in dict(
    ReduceSum=lambda x, d: x.sum(d), ReduceMean=lambda x, d: x.mean(d), ReduceMax=lambda x, d: x.amax(d),
    ReduceMin=lambda x, d: x.amin(d), ReduceL1=lambda x, d: x.abs().sum(d), ReduceL2=lambda x, d: x.norm(dim=d),
    ReduceSumSquare=lambda x, d: x.square().sum(d), ReduceLogSumExp=lambda x, d: x.logsumexp(d),
    ReduceProd=lambda x, d: x.prod(d[0]),
).items():
    axes = dict(axes=[1]) if op != "ReduceSum" else {}
    case(op, lambda x, *_: function(x, [1]), [wave(2, 3, 4)] + ([whole([1])] if op == "ReduceSum" else []), dict(**axes, keepdims=0))
case("ReduceLogSum", lambda x: x.sum(1).log(), [wave(2, 3, 4, scale=0.5, shift=1.0)], dict(axes=[1], keepdims=0))
case("CumSum", lambda x, *_: x.cumsum(1), [wave(2, 5), whole([1], [])])
case("TopK", lambda x, *_: x.topk(3)[0], [wave(2, 7), whole([3])])
case("Softmax", lambda x: x.softmax(1), [wave(2, 3, 4)], dict(axis=1))
case("LogSoftmax", lambda x: x.log_softmax(-1), [wave(2, 3, 4)], dict(axis=-1))

# Products.
case("MatMul", torch.matmul, [wave(2, 3, 4), wave(4, 2)])
case("MatMul", torch.matmul, [wave(4), wave(2, 4, 3)])
case("Gemm", lambda a, b, c: torch.addmm(c, a.T, b, beta=0.5, alpha=2), [wave(3, 2), wave(3, 4), wave(4)], dict(transA=1, alpha=real(2), beta=0.5))
for equation, *shapes in [
    ["ij,jk->ik", [2, 3], [3, 4]], ["bij,bkj->bik", [2, 2, 3], [2, 4, 3]], ["ii->i", [3, 3]], ["ij->", [2, 3]],
    ["i,ij,j->", [2], [2, 3], [3]], ["bhwkc,wkc->bhw", [1, 2, 3, 2, 2], [3, 2, 2]],
]:
    case("Einsum", lambda *x: torch.einsum(equation, *x), [wave(*s) for s in shapes], dict(equation=equation))

# Convolutions.
for w, kwargs, attributes in [
    ([3, 2, 3, 3], dict(), {}),
    ([3, 2, 3, 3], dict(padding=1, stride=2), dict(pads=[1, 1, 1, 1], strides=[2, 2])),
    ([3, 2, 3, 2], dict(dilation=(2, 3), padding=(2, 1)), dict(dilations=[2, 3], pads=[2, 1, 2, 1])),
    ([4, 1, 3, 3], dict(groups=2, stride=(2, 1)), dict(group=2, strides=[2, 1])),
    ([3, 2, 1, 1], dict(stride=2), dict(strides=[2, 2])),
]:
    case("Conv", lambda x, k, c: F.conv2d(x, k, c, **kwargs), [wave(1, 2, 7, 6), wave(*w), wave(w[0])], attributes)
case("Conv", lambda x, k: F.conv1d(x, k, stride=2, padding=1), [wave(2, 2, 7), wave(3, 2, 3)], dict(strides=[2], pads=[1, 1]))
case("Conv", lambda x, k: F.conv3d(x, k, padding=1), [wave(1, 1, 3, 3, 4), wave(2, 1, 2, 2, 3)], dict(pads=[1] * 6))
for w, kwargs, attributes in [
    ([2, 3, 2, 2], dict(stride=2), dict(strides=[2, 2])),
    ([2, 3, 3, 3], dict(stride=2, padding=1, output_padding=1), dict(strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])),
    ([2, 2, 3, 3], dict(groups=2, dilation=2), dict(group=2, dilations=[2, 2])),
]:
    case("ConvTranspose", lambda x, k: F.conv_transpose2d(x, k, **kwargs), [wave(1, 2, 4, 3), wave(*w)], attributes)
case("ConvTranspose", lambda x, k: F.conv_transpose1d(x, k, stride=3), [wave(1, 2, 4), wave(2, 1, 3)], dict(strides=[3]))

# Pooling.
for kwargs, attributes in [
    (dict(kernel_size=2), dict(kernel_shape=[2, 2], strides=[2, 2])),
    (dict(kernel_size=3, stride=2, padding=1), dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])),
    (dict(kernel_size=3, stride=2, ceil_mode=True), dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)),
    (dict(kernel_size=(2, 3), stride=1), dict(kernel_shape=[2, 3])),
]:
    case("MaxPool", lambda x: F.max_pool2d(x, **kwargs), [wave(1, 2, 6, 7)], attributes)
    case("AveragePool", lambda x: F.avg_pool2d(x, **kwargs, count_include_pad=False), [wave(1, 2, 6, 7)], attributes)
case("MaxPool", lambda x: F.max_pool2d(x, 2, 2, dilation=2), [wave(1, 2, 6, 7)], dict(kernel_shape=[2, 2], strides=[2, 2], dilations=[2, 2]))
case("AveragePool", lambda x: F.avg_pool2d(x, 3, 2, 1), [wave(1, 2, 6, 7)], dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1))
case("MaxPool", lambda x: F.max_pool1d(x, 3, 2), [wave(1, 2, 9)], dict(kernel_shape=[3], strides=[2]))
case("MaxPool", lambda x: F.max_pool3d(x, 2), [wave(1, 1, 4, 4, 4)], dict(kernel_shape=[2, 2, 2], strides=[2, 2, 2]))
case("AveragePool", lambda x: F.avg_pool3d(x, 2), [wave(1, 1, 4, 4, 4)], dict(kernel_shape=[2, 2, 2], strides=[2, 2, 2]))
case("LpPool", lambda x: F.lp_pool2d(x.abs(), 3, 2), [wave(1, 1, 4, 6)], dict(kernel_shape=[2, 2], strides=[2, 2], p=3))
case("GlobalAveragePool", lambda x: F.adaptive_avg_pool2d(x, 1), [wave(2, 2, 3, 4)])
case("GlobalMaxPool", lambda x: F.adaptive_max_pool2d(x, 1), [wave(2, 2, 3, 4)])
case("GlobalMaxPool", lambda x: x.amax((2, 3), keepdim=True), [exactly([1.0, 1.0, 0.0, 1.0], [1, 1, 2, 2])], ones=True, note="ties share, as amax has it")

# Normalization.
case("BatchNormalization", lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b), [wave(2, 3, 2, 2), wave(3), wave(3), wave(3), wave(3, scale=0.5, shift=1.0)], held=(3, 4))
case("BatchNormalization", lambda x, g, b, m, v: (x - m) / (v + 1e-5).sqrt() * g + b, [wave(4, 3), wave(3), wave(3), wave(3), wave(3, scale=0.5, shift=1.0)], note="by its statistics")
case("InstanceNormalization", lambda x, g, b: F.instance_norm(x, weight=g, bias=b), [wave(2, 3, 2, 3), wave(3), wave(3)])
case("LayerNormalization", lambda x, g, b: F.layer_norm(x, [3, 4], g, b), [wave(2, 3, 4), wave(3, 4), wave(3, 4)], dict(axis=1))
case("GroupNormalization", lambda x, g, b: F.group_norm(x, 2, g, b), [wave(2, 4, 3), wave(4), wave(4)], dict(num_groups=2), opset=21)
case("RMSNormalization", lambda x, g: F.rms_norm(x, [4], g, 1e-5), [wave(2, 3, 4), wave(4)], opset=23)
case("LRN", lambda x: F.local_response_norm(x, 5, 0.3, 0.75, 1.5), [wave(1, 7, 2, 2)], dict(size=5, alpha=0.3, beta=0.75, bias=1.5))
case("LpNormalization", lambda x: F.normalize(x, dim=1), [wave(2, 3, 4)], dict(axis=1, p=2))

# Losses.
labels = torch.tensor([1, 0, 3])
case("SoftmaxCrossEntropyLoss", lambda x, *_: F.cross_entropy(x, labels), [wave(3, 4), whole([1, 0, 3])])
case("SoftmaxCrossEntropyLoss", lambda x, _, w: F.cross_entropy(x, labels, w, reduction="sum"), [wave(3, 4), whole([1, 0, 3]), wave(4, scale=0.5, shift=1.0)], dict(reduction="sum"), held=(2,))
case("SoftmaxCrossEntropyLoss", lambda x, *_: F.cross_entropy(x, torch.tensor([1, 0, -1]), ignore_index=-1), [wave(3, 4), whole([1, 0, -1])], dict(ignore_index=-1))
case("NegativeLogLikelihoodLoss", lambda x, *_: F.nll_loss(x, labels, reduction="none"), [wave(3, 4), whole([1, 0, 3])], dict(reduction="none"))

# Layout and indexing.
case("Transpose", lambda x: x.permute(2, 0, 1), [wave(2, 3, 4)], dict(perm=[2, 0, 1]))
case("Reshape", lambda x, *_: x.reshape(4, 6), [wave(2, 3, 4), whole([4, 6])])
case("Flatten", lambda x: x.flatten(1), [wave(2, 3, 4)])
case("Squeeze", lambda x, *_: x.squeeze(1), [wave(2, 1, 3), whole([1])])
case("Unsqueeze", lambda x, *_: x.unsqueeze(1), [wave(2, 3), whole([1])])
case("Expand", lambda x, *_: x.expand(3, 2, 4), [wave(2, 1), whole([3, 2, 4])])
case("Tile", lambda x, *_: x.tile(2, 3), [wave(2, 3), whole([2, 3])])
case("Concat", lambda x, y: torch.cat([x, y], 1), [wave(2, 3), wave(2, 2)], dict(axis=1))
case("Slice", lambda x, *_: x[1:4, 1::3], [wave(5, 8), whole([1, 1]), whole([4, 2**31]), whole([0, 1]), whole([1, 3])])
case("Slice", lambda x, *_: x.flip(1), [wave(2, 5), whole([-1]), whole([-(2**31)]), whole([1]), whole([-1])])
case("DepthToSpace", lambda x: F.pixel_shuffle(x, 2), [wave(1, 8, 2, 2)], dict(blocksize=2, mode="CRD"))
case("Trilu", torch.triu, [wave(3, 4)])
case("Trilu", lambda x, *_: torch.tril(x, -1), [wave(4, 3), whole([-1], [])], dict(upper=0))
for mode, torch_mode in dict(constant="constant", reflect="reflect", edge="replicate").items():
    case("Pad", lambda x, *_: F.pad(x, [1, 3, 2, 0], mode=torch_mode), [wave(1, 2, 4, 5), whole([0, 0, 2, 1, 0, 0, 0, 3])], dict(mode=mode))
case("Pad", lambda x, *_: F.pad(x, [1, 3, 2, 0], mode="circular"), [wave(1, 2, 4, 5), whole([0, 0, 2, 1, 0, 0, 0, 3])], dict(mode="wrap"), opset=19)
case("Pad", lambda x, *_: F.pad(x, [-1, 2, 1, -1]), [wave(1, 2, 4, 5), whole([0, 0, 1, -1, 0, 0, -1, 2])])
case("Gather", lambda x, i: x[i], [wave(4, 3), whole([0, 2, 3, 2])])
case("GatherElements", lambda x, i: x.gather(1, i), [wave(3, 4), whole([0, 3, 1, 1, 2, 0], [3, 2])], dict(axis=1))
case("GatherND", lambda x, i: x[i[:, 0], i[:, 1]], [wave(3, 4), whole([0, 1, 2, 3, 0, 1], [3, 2])])
case("ScatterElements", lambda x, i, u: x.scatter(1, i, u), [wave(3, 4), whole([0, 3, 1, 2, 2, 0], [3, 2]), wave(3, 2)], dict(axis=1))
case("ScatterElements", lambda x, i, u: x.scatter_add(1, i, u), [wave(3, 4), whole([0, 0, 1, 1, 2, 0], [3, 2]), wave(3, 2)], dict(axis=1, reduction="add"))
for reduction, torch_reduction in dict(mul="prod", max="amax", min="amin").items():
    reduce = lambda x, i, u: x.scatter_reduce(1, i, u, torch_reduction)
    case("ScatterElements", reduce, [wave(3, 4), whole([0, 0, 1, 1, 2, 0], [3, 2]), wave(3, 2)], dict(axis=1, reduction=reduction))
    ties = [exactly([2.0, 0.0, 1.0, 3.0], [1, 4]), whole([0, 0, 1, 1, 2, 0], [1, 6]), exactly([2.0, 1.0, 0.0, 0.0, 1.0, 2.0], [1, 6])]
    if reduction != "mul":
        case("ScatterElements", reduce, ties, dict(axis=1, reduction=reduction), note="ties share")
case("ScatterElements", lambda x, i, u: x.scatter_reduce(0, i, u, "prod"), [exactly([2.0, 0.0, 0.0, 3.0, 5.0]), whole([0, 0, 1, 3, 3, 4]), exactly([3.0, 0.0, 2.0, 4.0, 7.0, 2.0])], dict(reduction="mul"), note="with zeros")
case("ScatterND", lambda x, i, u: x.index_put((i[:, 0],), u), [wave(3, 4), whole([2, 0], [2, 1]), wave(2, 4)])

case("Compress", lambda x, c: x[:, c], [wave(2, 4), flags([1, 0, 0, 1])], dict(axis=1))
case("Identity", lambda x: x.clone(), [wave(2, 3)])

# Sampling.
for mode in ["nearest", "bilinear", "bicubic"]:
    for scale in [(2.0, 3.0), (0.5, 0.75)]:
        scales = exactly([1.0, 1.0, *scale])
        onnx = dict(nearest=dict(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"), bilinear=dict(mode="linear"), bicubic=dict(mode="cubic"))[mode]
        case("Resize", lambda x, *_: F.interpolate(x, scale_factor=scale, mode=mode), [wave(1, 2, 4, 8), exactly([]), scales], onnx, held=(1, 2))
case("Resize", lambda x, *_: F.interpolate(x, size=(7, 5), mode="bilinear", align_corners=True), [wave(1, 2, 4, 3), exactly([]), exactly([]), whole([1, 2, 7, 5])], dict(mode="linear", coordinate_transformation_mode="align_corners"), held=(1, 2))
case("Resize", lambda x, *_: F.interpolate(x, size=(7, 5), mode="bicubic", align_corners=True), [wave(1, 2, 4, 3), exactly([]), exactly([]), whole([1, 2, 7, 5])], dict(mode="cubic", coordinate_transformation_mode="align_corners"), held=(1, 2))
for mode in ["nearest", "bilinear", "bicubic"]:
    for padding in ["zeros", "border", "reflection"]:
        for aligned in [0, 1]:
            case("GridSample", lambda x, g: F.grid_sample(x, g, mode, padding, bool(aligned)), [wave(1, 2, 4, 5), wave(1, 2, 3, 2, scale=1.3)], dict(mode=mode, padding_mode=padding, align_corners=aligned))
boxes = [0.0, 0.0, 5.0, 6.0, 1.2, 2.3, 7.9, 6.8, -3.0, -2.0, 4.0, 4.0]
for aligned, mode in [(True, "half_pixel"), (False, "output_half_pixel")]:
    for ratio in [0, 2]:
        rois = torch.cat([torch.tensor([[0.0], [1.0], [0.0]]), torch.tensor(boxes).reshape(3, 4)], 1).double()
        case("RoiAlign", lambda x, *_: roi_align(x, rois, (2, 3), 0.75, ratio, aligned), [wave(2, 1, 6, 7), exactly(boxes, [3, 4]), whole([0, 1, 0])], dict(output_height=2, output_width=3, spatial_scale=0.75, sampling_ratio=ratio, coordinate_transformation_mode=mode), held=(1,))

OUT.parent.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
OUT.write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","cases":[\n{lines}\n]}}\n')
print(len(cases), "cases of", len({c["op"] for c in cases}), "operators,", OUT.stat().st_size, "bytes")
