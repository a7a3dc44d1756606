"""The networks of the benchmarks in PyTorch, with the parameters' names that the weight files of scripts/bench/models have."""

import torch
from torch import nn
from torch.nn import functional as F
from tools import load_safetensors


class VGG19(nn.Module):
    """torchvision's VGG-19 to relu5_1, with its normalization of the input; `taps` holds the layers that were asked for."""

    BLOCKS = [(64, 2), (128, 2), (256, 4), (512, 4), (512, 1)]

    def __init__(self, layers=()):
        super().__init__()
        self.features = nn.ModuleDict()
        self.plan = []
        index, channels = 0, 3
        for block, (width, count) in enumerate(self.BLOCKS, 1):
            for i in range(1, count + 1):
                self.features[str(index)] = nn.Conv2d(channels, width, 3, padding=1)
                self.plan.append((str(index), f"relu{block}_{i}"))
                index, channels = index + 2, width
            if block < len(self.BLOCKS):
                self.plan.append((None, None))
                index += 1
        self.layers = set(layers)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1), persistent=False)

    def forward(self, x):
        x = (x - self.mean) / self.deviation
        taps = {}
        for index, layer in self.plan:
            if index is None:
                x = F.max_pool2d(x, 2)
                continue
            x = F.relu(self.features[index](x))
            if layer in self.layers:
                taps[layer] = x
        return taps if self.layers else x


class Inception(nn.Module):
    def __init__(self, channels, widths):
        super().__init__()
        one, reduce3, three, reduce5, five, pool = widths
        self.one = nn.Conv2d(channels, one, 1)
        self.reduce3, self.three = nn.Conv2d(channels, reduce3, 1), nn.Conv2d(reduce3, three, 3, padding=1)
        self.reduce5, self.five = nn.Conv2d(channels, reduce5, 1), nn.Conv2d(reduce5, five, 5, padding=2)
        self.pool = nn.Conv2d(channels, pool, 1)

    def forward(self, x):
        return torch.cat(
            [
                F.relu(self.one(x)),
                F.relu(self.three(F.relu(self.reduce3(x)))),
                F.relu(self.five(F.relu(self.reduce5(x)))),
                F.relu(self.pool(F.max_pool2d(x, 3, 1, 1))),
            ],
            1,
        )


class GoogLeNet(nn.Module):
    """BVLC's GoogLeNet to inception_4c/output, from RGB in [0, 1]."""

    MODULES = {
        "3a": (192, (64, 96, 128, 16, 32, 32)),
        "3b": (256, (128, 128, 192, 32, 96, 64)),
        "4a": (480, (192, 96, 208, 16, 48, 64)),
        "4b": (512, (160, 112, 224, 24, 64, 64)),
        "4c": (512, (128, 128, 256, 24, 64, 64)),
    }
    PARTS = {
        "1x1": "one",
        "3x3_reduce": "reduce3",
        "3x3": "three",
        "5x5_reduce": "reduce5",
        "5x5": "five",
        "pool_proj": "pool",
    }

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3)
        self.reduce = nn.Conv2d(64, 64, 1)
        self.conv2 = nn.Conv2d(64, 192, 3, padding=1)
        self.inception = nn.ModuleDict({name: Inception(*shape) for name, shape in self.MODULES.items()})
        self.norm = nn.LocalResponseNorm(5, 1e-4, 0.75, 1)
        self.register_buffer("mean", torch.tensor([104.0, 117.0, 123.0]).view(1, 3, 1, 1), persistent=False)

    def load(self, weights):
        names = {"conv1/7x7_s2": "conv1", "conv2/3x3_reduce": "reduce", "conv2/3x3": "conv2"}
        for module in self.MODULES:
            for part, own in self.PARTS.items():
                names[f"inception_{module}/{part}"] = f"inception.{module}.{own}"
        self.load_state_dict(
            {f"{own}.{kind}": weights[f"{name}.{kind}"] for name, own in names.items() for kind in ("weight", "bias")}
        )

    def forward(self, x):
        x = 255 * x.flip(1) - self.mean
        x = self.norm(pool3(F.relu(self.conv1(x))))
        x = self.norm(F.relu(self.conv2(F.relu(self.reduce(x)))))
        for name, module in self.inception.items():
            x = module(pool3(x) if name in ("3a", "4a") else x)
        return x


def pool3(x):
    return F.max_pool2d(x, 3, 2, ceil_mode=True)


def torchvision_googlenet():
    """torchvision's GoogLeNet to inception4c, with batch normalization."""
    from torchvision.models import googlenet

    net = googlenet(weights=None, init_weights=False, aux_logits=False)
    names = ["conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3"]
    names += ["inception4a", "inception4b", "inception4c"]
    return nn.Sequential(*(getattr(net, name) for name in names)), names


def network(name, weights):
    """A network in evaluation mode, with the weights of a file."""
    tensors = load_safetensors(weights)
    if name == "vgg19":
        net = VGG19()
        net.load_state_dict(tensors)
    elif name == "googlenet":
        net = GoogLeNet()
        net.load(tensors)
    else:
        net, names = torchvision_googlenet()
        index = {part: str(i) for i, part in enumerate(names)}
        state = {f"{index[key.split('.')[0]]}.{key.split('.', 1)[1]}": value for key, value in tensors.items()}
        missing, unexpected = net.load_state_dict(state, strict=False)
        assert not unexpected and all(key.endswith("num_batches_tracked") for key in missing), (missing, unexpected)
    return net.eval().requires_grad_(False)


class Block(nn.Sequential):
    def __init__(self, a, b):
        super().__init__(
            nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
            nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
        )  # fmt: skip


class UNet(nn.Module):
    """A U-Net with batch normalization for pictures of one channel."""

    def __init__(self, widths):
        super().__init__()
        pairs = list(zip(widths[::-1], widths[-2::-1]))
        self.encoder = nn.ModuleList([Block(a, b) for a, b in zip([1, *widths], widths)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in pairs])
        self.decoder = nn.ModuleList([Block(2 * b, b) for _, b in pairs])
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x):
        skips = []
        for i, block in enumerate(self.encoder):
            if i > 0:
                skips.append(x)
                x = F.max_pool2d(x, 2)
            x = block(x)
        for up, block in zip(self.up, self.decoder):
            x = block(torch.cat([skips.pop(), up(x)], 1))
        return self.head(x)
