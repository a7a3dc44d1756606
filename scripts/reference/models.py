"""Golden activations and gradients for spec/models: VGG-19, GoogLeNet and SqueezeNet, reimplemented in PyTorch.

The weights come from the library's generator (xoshiro128**, lib/tensor/random.ts), so that only their shapes are stored.
With a folder of real weights, the results for those are written to spec/real/golden.

    pip install torch numpy
    python3 scripts/reference/models.py
    pip install safetensors
    python3 scripts/reference/models.py --real ../shared/weights
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

SPEC = Path(__file__).resolve().parents[2] / "spec"
M = 0xFFFFFFFF


def uniforms(seed, count):
    """The first numbers of `uniform()` in lib/tensor/random.ts."""

    def splitmix():
        nonlocal seed
        seed = (seed + 0x9E3779B9) & M
        z = seed
        z = ((z ^ (z >> 16)) * 0x21F0AAAD) & M
        z = ((z ^ (z >> 15)) * 0x735A2D97) & M
        return z ^ (z >> 15)

    a, b, c, d = (splitmix() for _ in range(4))
    rotate = lambda x, k: ((x << k) | (x >> (32 - k))) & M
    out = np.empty(count)
    for i in range(count):
        out[i] = ((rotate((b * 5) & M, 7) * 9) & M) / 2**32
        t = (b << 9) & M
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = rotate(d, 11)
    return out


def image(height, width, seed):
    return torch.tensor(uniforms(seed, 3 * height * width), dtype=torch.float32).reshape(1, 3, height, width)


def draw(shapes):
    """One stream of numbers for all tensors: kernels are scaled as in He et al. (2015), biases are in [-0.5, 0.5)."""
    stream = uniforms(2, sum(math.prod(shape) for shape in shapes.values()))
    weights, at = {}, 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        scale = math.sqrt(24 / math.prod(shape[1:])) if len(shape) > 1 else 1
        weights[name] = torch.tensor((stream[at : at + size] - 0.5) * scale, dtype=torch.float32).reshape(shape)
        at += size
    return weights


CAFFE = ([103.939, 116.779, 123.68], [1, 1, 1], 255, True)
BVLC = ([104, 117, 123], [1, 1, 1], 255, True)
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 1, False)


def preprocess(x, mean, std, scale, bgr):
    y = x.flip(1) if bgr else x
    column = lambda values: torch.tensor(values, dtype=torch.float32).reshape(1, 3, 1, 1)
    return (y * scale - column(mean)) / column(std)


# VGG-19 -------------------------------------------------------------------------------------------------------------

BLOCKS = [2, 2, 4, 4, 4]
CONVS = [(b + 1, i + 1) for b, count in enumerate(BLOCKS) for i in range(count)]


def torchvision_names():
    names, at = [], 0
    for count in BLOCKS:
        names += [f"features.{at + 2 * i}" for i in range(count)]
        at += 2 * count + 1
    return names


def vgg19(x, weights, names, reflect=False, average=False):
    """`x` is already preprocessed. Layers have Caffe's names."""
    out = {}
    pool = F.avg_pool2d if average else F.max_pool2d
    for (block, i), name in zip(CONVS, names):
        if f"{name}.weight" not in weights:
            return out
        if i == 1 and block > 1:
            x = out[f"pool{block - 1}"] = pool(x, 2)
        padded = F.pad(x, (1, 1, 1, 1), mode="reflect") if reflect else F.pad(x, (1, 1, 1, 1))
        x = out[f"conv{block}_{i}"] = F.conv2d(padded, weights[f"{name}.weight"], weights[f"{name}.bias"])
        x = out[f"relu{block}_{i}"] = F.relu(x)
    if "classifier.0.weight" not in weights:
        return out
    x = out["pool5"] = pool(x, 2)
    # The paper's dense evaluation; at 224x224 these are plain matrix products.
    for layer, index in (("6", 0), ("7", 3), ("8", 6)):
        w, bias = weights[f"classifier.{index}.weight"], weights[f"classifier.{index}.bias"]
        kernel = w.reshape(w.shape[0], x.shape[1], *((7, 7) if index == 0 else (1, 1)))
        x = out[f"fc{layer}"] = F.conv2d(x, kernel, bias)
        if layer != "8":
            x = out[f"relu{layer}"] = F.relu(x)
    out["prob"] = x.mean((2, 3)).softmax(1)
    return out


def vgg19_shapes(names, widths, classes=None, hidden=12):
    shapes, before = {}, 3
    for (block, _), name in zip(CONVS, names):
        shapes[f"{name}.weight"] = [widths[block - 1], before, 3, 3]
        shapes[f"{name}.bias"] = [widths[block - 1]]
        before = widths[block - 1]
    if classes is not None:
        for index, outputs, inputs in ((0, hidden, before * 49), (3, hidden, hidden), (6, classes, hidden)):
            shapes[f"classifier.{index}.weight"] = [outputs, inputs]
            shapes[f"classifier.{index}.bias"] = [outputs]
    return shapes


# GoogLeNet ----------------------------------------------------------------------------------------------------------

MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
PARTS = ["1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj"]


def googlenet(x, weights):
    out = {}

    def conv(x, name, **how):
        y = out[f"{name}_pre_relu"] = F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], **how)
        y = out[name] = F.relu(y)
        return y

    def pool(x, name, stride):
        y = out[name] = F.max_pool2d(x, 3, stride, padding=1 if stride == 1 else 0, ceil_mode=True)
        return y

    def norm(x, name):
        y = out[name] = F.local_response_norm(x, 5, 1e-4, 0.75, 1)
        return y

    x = conv(x, "conv1/7x7_s2", stride=2, padding=3)
    x = norm(pool(x, "pool1/3x3_s2", 2), "pool1/norm1")
    x = conv(conv(x, "conv2/3x3_reduce"), "conv2/3x3", padding=1)
    x = norm(x, "conv2/norm2")
    before = {"3a": "pool2/3x3_s2", "4a": "pool3/3x3_s2", "5a": "pool4/3x3_s2"}
    for module in MODULES:
        if module in before:
            x = pool(x, before[module], 2)
        p = f"inception_{module}/"
        branches = [
            conv(x, p + "1x1"),
            conv(conv(x, p + "3x3_reduce"), p + "3x3", padding=1),
            conv(conv(x, p + "5x5_reduce"), p + "5x5", padding=2),
            conv(pool(x, p + "pool", 1), p + "pool_proj"),
        ]
        x = out[p + "output"] = torch.cat(branches, 1)
    x = out["pool5/7x7_s1"] = x.mean((2, 3), keepdim=True)
    x = F.linear(x.flatten(1), weights["loss3/classifier.weight"], weights["loss3/classifier.bias"])
    out["loss3/classifier"] = x[:, :, None, None]
    out["prob"] = x.softmax(1)
    return out


def googlenet_shapes(divisor, classes):
    shapes = {}

    def add(name, outputs, inputs, kernel):
        shapes[f"{name}.weight"] = [outputs, inputs, kernel, kernel]
        shapes[f"{name}.bias"] = [outputs]

    add("conv1/7x7_s2", 64 // divisor, 3, 7)
    add("conv2/3x3_reduce", 64 // divisor, 64 // divisor, 1)
    add("conv2/3x3", 192 // divisor, 64 // divisor, 3)
    before = 192 // divisor
    for module, real in MODULES.items():
        a, r3, b, r5, c, d = (max(1, width // divisor) for width in real)
        for part, outputs, inputs, kernel in zip(
            PARTS, (a, r3, b, r5, c, d), (before, before, r3, before, r5, before), (1, 1, 3, 1, 5, 1)
        ):
            add(f"inception_{module}/{part}", outputs, inputs, kernel)
        before = a + b + c + d
    shapes["loss3/classifier.weight"] = [classes, before]
    shapes["loss3/classifier.bias"] = [classes]
    return shapes


# SqueezeNet 1.1 -----------------------------------------------------------------------------------------------------


def squeezenet(x, weights):
    out = {}

    def conv(x, name, **how):
        y = out[name] = F.relu(F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], **how))
        return y

    x = conv(x, "conv1", stride=2)
    for i in range(2, 10):
        if i in (2, 4, 6):
            pool = {2: "pool1", 4: "pool3", 6: "pool5"}[i]
            x = out[pool] = F.max_pool2d(x, 3, 2, ceil_mode=True)
        s = conv(x, f"fire{i}/squeeze1x1")
        parts = [conv(s, f"fire{i}/expand1x1"), conv(s, f"fire{i}/expand3x3", padding=1)]
        x = out[f"fire{i}/concat"] = torch.cat(parts, 1)
    x = conv(x, "conv10")
    x = out["pool10"] = x.mean((2, 3), keepdim=True)
    out["prob"] = x.flatten(1).softmax(1)
    return out


# Cases --------------------------------------------------------------------------------------------------------------


def sample(tensor, most=60):
    """A number of evenly spaced elements, and the largest magnitude of all, to which errors are relative."""
    flat = tensor.detach().flatten()
    stride = max(1, flat.numel() // most)
    values = [float(f"{value:.7g}") for value in flat[::stride].tolist()]
    return dict(dims=list(tensor.shape), stride=stride, values=values, largest=float(flat.abs().max()))


def sent_back(x, forward, weights, layers):
    """All activations, and for each layer the image's gradient with the layer's activation as cotangent."""
    x = x.detach().requires_grad_()
    out = forward(x, weights)
    return out, {y: torch.autograd.grad(out[y], x, out[y].detach(), retain_graph=True)[0] for y in layers}


def is_smooth(run, x, sent, trial):
    """
    Whether there is no kink nearby: if two numbers in a pooling window are almost equal, the last bit decides which of them
    gets the gradient, and implementations differ.
    """
    torch.manual_seed(trial)
    _, moved = run(x * (1 + 3e-7 * torch.randn_like(x)))
    return all((moved[y] - sent[y]).abs().max() < 3e-5 * sent[y].abs().max() for y in sent)


def case(name, network, forward, weights, size, layers, gradients, shapes=None, options=None):
    """`gradients`: layers whose activation is also their cotangent for the gradient by the image."""
    run = lambda x: sent_back(x, forward, weights, gradients)
    for seed in range(1, 100):
        x = image(*size, seed)
        out, sent = run(x)
        if all(is_smooth(run, x, sent, trial) for trial in range(3)):
            break
    return dict(
        name=name,
        network=network,
        **(dict(shapes=shapes) if shapes is not None else {}),
        options=options or {},
        seed=seed,
        height=size[0],
        width=size[1],
        layers={layer: sample(out[layer]) for layer in layers},
        gradients={layer: sample(gradient) for layer, gradient in sent.items()},
    )


def small_cases():
    names = torchvision_names()
    whole = vgg19_shapes(names, [4, 6, 8, 10, 12], classes=7)
    plain = lambda x, w: vgg19(preprocess(x, *IMAGENET), w, names)
    average = lambda x, w: vgg19(preprocess(x, *CAFFE), w, names, average=True)
    cut = {name: whole[name] for name in list(whole)[:20]}
    slim_names = [f"conv{block}{i}" for block, i in CONVS[:13]]
    slim = {"conv0.weight": [3, 3, 1, 1], "conv0.bias": [3], **vgg19_shapes(slim_names, [4, 6, 8, 10, 12])}
    slimmed = lambda x, w: vgg19(F.conv2d(x, w["conv0.weight"], w["conv0.bias"]), w, slim_names, reflect=True)
    inception = googlenet_shapes(8, 7)
    google = lambda x, w: googlenet(preprocess(x, *BVLC), w)
    caffe = {"preprocessing": "caffe"}
    yield case("VGG-19 at 224", "vgg19", plain, draw(whole), (224, 224),
               ["conv1_1", "pool2", "relu4_3", "pool5", "fc6", "prob"], ["prob"], whole)
    yield case("VGG-19 at a larger, odd size", "vgg19", plain, draw(whole), (229, 301), ["relu5_4", "fc8", "prob"], [], whole)
    yield case("VGG-19 with average pooling, cut at conv4_2", "vgg19", average, draw(cut), (37, 53),
               ["relu1_2", "pool3", "conv4_1", "relu4_2"], ["relu4_2"], cut, {**caffe, "pooling": "average"})
    yield case("VGG-19 with an input of its own and reflection", "vgg19", slimmed, draw(slim), (45, 39),
               ["conv1_1", "relu2_1", "relu3_4", "relu5_1"], ["relu5_1"], slim)
    google_layers = ["conv1/7x7_s2", "pool1/norm1", "conv2/norm2", "inception_3b/5x5", "inception_4c/output",
                     "inception_5a/3x3_pre_relu", "inception_5b/pool_proj", "pool5/7x7_s1", "loss3/classifier", "prob"]
    yield case("GoogLeNet at 224", "googlenet", google, draw(inception), (224, 224), google_layers, ["prob"], inception)
    yield case("GoogLeNet at an odd size", "googlenet", google, draw(inception), (77, 103), google_layers,
               ["inception_4c/output"], inception)


def real_cases(folder):
    from safetensors.torch import load_file

    google = load_file(folder / "googlenet.safetensors")
    vgg = load_file(folder / "vgg19-conv1_1-to-conv3_4.safetensors")
    slim = torch.load(folder / "vgg19-slim16x" / "5SE.pth", map_location="cpu")["model"]
    squeeze = load_file(folder / "squeezenet1.1.safetensors")
    slim_names = [f"conv{block}{i}" for block, i in CONVS[:13]]
    yield case("googlenet.safetensors", "googlenet", lambda x, w: googlenet(preprocess(x, *BVLC), w), google, (97, 130),
               ["inception_3a/output", "inception_4c/output", "loss3/classifier", "prob"],
               ["inception_4c/output", "loss3/classifier"])
    yield case("vgg19-conv1_1-to-conv3_4.safetensors", "vgg19",
               lambda x, w: vgg19(preprocess(x, *CAFFE), w, torchvision_names()), vgg, (61, 75),
               ["relu1_1", "conv2_2", "relu3_4"], ["relu3_4"])
    yield case("vgg19-slim16x/5SE.pth", "vgg19",
               lambda x, w: vgg19(F.conv2d(x, w["conv0.weight"], w["conv0.bias"]), w, slim_names, reflect=True),
               slim, (61, 75), ["relu1_1", "relu3_1", "relu4_2", "relu5_1"], ["relu5_1"])
    yield case("squeezenet1.1.safetensors", "squeezenet", lambda x, w: squeezenet(preprocess(x, *BVLC), w), squeeze,
               (99, 84), ["conv1", "fire5/concat", "pool10", "prob"], ["conv10"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--real", type=Path, help="a folder of real weights")
    real = parser.parse_args().real
    target = SPEC / ("models" if real is None else "real") / "golden" / "models.json"
    target.parent.mkdir(exist_ok=True)
    cases = list(small_cases() if real is None else real_cases(real))
    target.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    print(target, target.stat().st_size)
