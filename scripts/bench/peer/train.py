"""Training steps."""

import torch
from networks import UNet
from tools import prepare, shaped, timed
from torch.nn import functional as F


def unet(size, batch, threads, device, form="eager"):
    """A step of a U-Net on random masks: BCE and Dice, Adam."""
    model = UNet([16, 32, 64, 128, 256])
    net = prepare(model, form, device, threads)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    image = shaped(torch.rand(batch, 1, size, size), form, device)
    target = (torch.rand(batch, 1, size, size) > 0.5).float().to(device)

    def task():
        scores = net(image)
        p = scores.sigmoid()
        dice = 1 - (2 * (p * target).sum() + 1) / (p.sum() + target.sum() + 1)
        loss = F.binary_cross_entropy_with_logits(scores, target) + dice
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        return []

    return timed(task, device)
