"""Golden figures of training, for spec/train: losses with their gradients, and twenty steps of a small U-Net.

    pip install torch torchvision numpy
    python3 scripts/reference/training.py spec/train/golden

losses.json: scores, targets, the loss and its gradient by the scores, for each loss. unet.json: the initial weights of a U-Net
of widths 4 and 8 with batch normalization, under this library's names; the gradient of the first step by each weight; the
loss of each of 20 steps of Adam; weights and running statistics after the last one. Pictures and masks of the steps come from
a linear congruential generator, so that both sides can compute them.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torchvision.ops import sigmoid_focal_loss


def rounded(tensor, digits=9):
    return [float(f"{value:.{digits}g}") for value in tensor.detach().double().flatten().tolist()]


def dice_binary(x, t, smooth=1.0):
    p = x.sigmoid()
    return 1 - (2 * (p * t).sum() + smooth) / (p.sum() + t.sum() + smooth)


def dice_classes(x, t, smooth=1.0):
    p = x.softmax(1)[:, 1:]
    y = F.one_hot(t, x.shape[1]).movedim(-1, 1)[:, 1:].float()
    axes = [0, *range(2, x.ndim)]
    return (1 - (2 * (p * y).sum(axes) + smooth) / (p.sum(axes) + y.sum(axes) + smooth)).mean()


def losses():
    generator = torch.Generator().manual_seed(5)
    binary = 2 * torch.randn(2, 1, 3, 4, generator=generator)
    binary[0, 0, 0, 0] = 0  # a kink of naive formulas
    soft = torch.rand(2, 1, 3, 4, generator=generator)
    hard = (soft > 0.5).float()
    scores = 2 * torch.randn(2, 3, 2, 4, generator=generator)
    labels = torch.randint(0, 3, (2, 2, 4), generator=generator)
    cases = {
        "bce": (binary, soft, F.binary_cross_entropy_with_logits),
        "focal": (binary, hard, lambda x, t: sigmoid_focal_loss(x, t, reduction="mean")),
        "focal-options": (binary, hard, lambda x, t: sigmoid_focal_loss(x, t, 0.6, 3, "mean")),
        "dice": (binary, hard, dice_binary),
        "dice-smooth": (binary, hard, lambda x, t: dice_binary(x, t, 0.25)),
        "smoothL1": (binary, soft, F.smooth_l1_loss),
        "smoothL1-beta": (binary, soft, lambda x, t: F.smooth_l1_loss(x, t, beta=0.3)),
        "squaredError": (binary, soft, F.mse_loss),
        "crossEntropy": (scores, labels, F.cross_entropy),
        "crossEntropy-weights": (
            scores,
            labels,
            lambda x, t: F.cross_entropy(x, t, torch.tensor([0.5, 2.0, 1.0]), ignore_index=1),
        ),
        "dice-classes": (scores, labels, dice_classes),
    }
    results = {}
    for name, (x, t, function) in cases.items():
        x = x.clone().requires_grad_()
        loss = function(x, t)
        loss.backward()
        results[name] = {
            "dims": list(x.shape),
            "scores": rounded(x),
            "target": rounded(t) if t.is_floating_point() else t.flatten().tolist(),
            "loss": loss.item(),
            "gradient": rounded(x.grad),
        }
    return results


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x))))))


class UNet(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.encoder1 = Block(1, width)
        self.encoder2 = Block(width, 2 * width)
        self.up1 = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.decoder1 = Block(2 * width, width)
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        skip = self.encoder1(x)
        return self.head(self.decoder1(torch.cat([skip, self.up1(self.encoder2(F.max_pool2d(skip, 2)))], 1)))


def canonical(name):
    """Renames encoder1.conv1.weight to this library's encoder1/conv1.weight."""
    parts = name.split(".")
    return ".".join(["/".join(parts[:-1]), parts[-1]])


class Numbers:
    """x → (75 x + 74) mod 65537, as numbers in [0, 1)."""

    def __init__(self):
        self.state = 1

    def tensor(self, *shape):
        values = []
        for _ in range(torch.Size(shape).numel()):
            self.state = (75 * self.state + 74) % 65537
            values.append(self.state / 65537)
        return torch.tensor(values).reshape(shape)


def unet():
    torch.manual_seed(3)
    net = UNet()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.2, 0.2)
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    state = lambda: {
        canonical(name): {"dims": list(value.shape), "data": rounded(value, 8)}
        for name, value in net.state_dict().items()
        if "num_batches" not in name
    }
    start = state()
    # Both sides start from the written weights.
    for name, value in net.state_dict().items():
        if "num_batches" not in name:
            value.copy_(torch.tensor(start[canonical(name)]["data"]).reshape(value.shape))
    numbers = Numbers()
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    curve, gradients = [], {}
    for step in range(20):
        image = numbers.tensor(2, 1, 16, 16)
        target = (numbers.tensor(2, 1, 16, 16) > 0.5).float()
        scores = net(image)
        loss = F.binary_cross_entropy_with_logits(scores, target) + dice_binary(scores, target)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {canonical(name): rounded(p.grad, 7) for name, p in net.named_parameters()}
        optimizer.step()
        curve.append(loss.item())
    return {"start": start, "gradients": gradients, "losses": curve, "end": state()}


def main(folder):
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, content in [("losses", losses()), ("unet", unet())]:
        (Path(folder) / f"{name}.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
