"""PyTorch's side of `npm run bench train`: runs a training step per line of standard input and prints its milliseconds."""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Sequential):
    def __init__(self, a, b):
        super().__init__(
            nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
            nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
        )  # fmt: skip


class UNet(nn.Module):
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


size, batch = int(sys.argv[1]), int(sys.argv[2])
net = UNet([16, 32, 64, 128, 256])
optimizer = torch.optim.Adam(net.parameters(), 1e-3)
image = torch.rand(batch, 1, size, size)
target = (torch.rand(batch, 1, size, size) > 0.5).float()
print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    scores = net(image)
    p = scores.sigmoid()
    dice = 1 - (2 * (p * target).sum() + 1) / (p.sum() + target.sum() + 1)
    loss = F.binary_cross_entropy_with_logits(scores, target) + dice
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss.item()
    print(1000 * (time.perf_counter() - start), flush=True)
