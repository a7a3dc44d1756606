"""Golden results of U-Nets for spec/models/unet.spec.ts: small, seeded random checkpoints of two well-known layouts.

    pip install torch numpy
    python3 scripts/reference/unet.py spec/models/golden

The layouts follow the projects' checkpoints and papers: milesial/Pytorch-UNet (padding of upsampled features, bilinear
upsampling with align_corners or transposed convolutions, logits) and mateuszbuda/brain-segmentation-pytorch (transposed
convolutions, sigmoid). Sizes that the second does not support are mirrored up to a multiple of 16 and cropped.
Each unet-<name>.pt is a torch checkpoint; unet.json holds sizes and results.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class DoubleConv(nn.Module):
    def __init__(self, inputs, outputs, middle=None):
        super().__init__()
        middle = middle or outputs
        layers = []
        for a, b in [(inputs, middle), (middle, outputs)]:
            layers += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.double_conv = nn.Sequential(*layers)

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(inputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs, bilinear):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(inputs, outputs, inputs // 2)
        else:
            self.up = nn.ConvTranspose2d(inputs, inputs // 2, 2, stride=2)
            self.conv = DoubleConv(inputs, outputs)

    def forward(self, x, skip):
        x = self.up(x)
        dy, dx = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.conv(torch.cat([skip, x], 1))


class OutConv(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.conv = nn.Conv2d(inputs, classes, 1)

    def forward(self, x):
        return self.conv(x)


class Milesial(nn.Module):
    def __init__(self, channels, classes, width, bilinear):
        super().__init__()
        half = 2 if bilinear else 1
        w = [width * 2**i for i in range(5)]
        self.inc = DoubleConv(channels, w[0])
        self.down1 = Down(w[0], w[1])
        self.down2 = Down(w[1], w[2])
        self.down3 = Down(w[2], w[3])
        self.down4 = Down(w[3], w[4] // half)
        self.up1 = Up(w[4], w[3] // half, bilinear)
        self.up2 = Up(w[3], w[2] // half, bilinear)
        self.up3 = Up(w[2], w[1] // half, bilinear)
        self.up4 = Up(w[1], w[0], bilinear)
        self.outc = OutConv(w[0], classes)

    def forward(self, x):
        skips = [self.inc(x)]
        for down in [self.down1, self.down2, self.down3, self.down4]:
            skips.append(down(skips[-1]))
        x = skips.pop()
        for up in [self.up1, self.up2, self.up3, self.up4]:
            x = up(x, skips.pop())
        return self.outc(x)


class Brain(nn.Module):
    def __init__(self, channels, classes, width):
        super().__init__()
        inputs = channels
        for level in range(1, 5):
            self.add_module(f"encoder{level}", self.block(inputs, width, f"enc{level}"))
            inputs, width = width, width * 2
        self.bottleneck = self.block(inputs, width, "bottleneck")
        for level in range(4, 0, -1):
            self.add_module(f"upconv{level}", nn.ConvTranspose2d(width, width // 2, 2, stride=2))
            self.add_module(f"decoder{level}", self.block(width, width // 2, f"dec{level}"))
            width //= 2
        self.conv = nn.Conv2d(width, classes, 1)

    @staticmethod
    def block(inputs, outputs, name):
        block = nn.Sequential()
        for i, a in [(1, inputs), (2, outputs)]:
            block.add_module(f"{name}conv{i}", nn.Conv2d(a, outputs, 3, padding=1, bias=False))
            block.add_module(f"{name}norm{i}", nn.BatchNorm2d(outputs))
            block.add_module(f"{name}relu{i}", nn.ReLU())
        return block

    def forward(self, image):
        height, width = image.shape[2:]
        x = mirrored(image, 16)
        skips = []
        for level in range(1, 5):
            skips.append(getattr(self, f"encoder{level}")(x))
            x = F.max_pool2d(skips[-1], 2)
        x = self.bottleneck(x)
        for level in range(4, 0, -1):
            x = torch.cat([getattr(self, f"upconv{level}")(x), skips.pop()], 1)
            x = getattr(self, f"decoder{level}")(x)
        return torch.sigmoid(self.conv(x))[:, :, :height, :width]


def mirrored(x, multiple):
    height, width = x.shape[2:]
    return F.pad(x, [0, -width % multiple, 0, -height % multiple], mode="reflect")


def randomise(model, seed):
    """Gives batch norms statistics other than 0 and 1, so that a missing norm changes the results."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.normal_(module.bias, std=0.1)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.2)
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return model.eval()


def ramp(channels, height, width):
    """An input given by a formula that the spec computes in TypeScript too."""
    i = torch.arange(channels * height * width, dtype=torch.float64)
    return torch.sin(i * 0.37).mul(0.5).add(0.5).float().reshape(1, channels, height, width)


models = {
    "milesial-transposed": (Milesial(3, 2, 2, False), [(37, 53), (16, 17)]),
    "milesial-bilinear": (Milesial(1, 1, 2, True), [(37, 53), (32, 16)]),
    "mateuszbuda": (Brain(3, 1, 2), [(37, 53), (32, 16)]),
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    cases = []
    for seed, (name, (model, sizes)) in enumerate(models.items()):
        randomise(model, seed)
        torch.save(model.state_dict(), folder / f"unet-{name}.pt")
        channels = next(model.parameters()).shape[1]
        for height, width in sizes:
            with torch.no_grad():
                y = model(ramp(channels, height, width))
            case = {"model": name, "channels": channels, "height": height, "width": width, "classes": y.shape[1]}
            case["data"] = [float(np.float32(v).round(6)) for v in y.flatten()]
            cases.append(case)
    (folder / "unet.json").write_text(json.dumps(cases))
