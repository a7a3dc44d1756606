"""Detectors at their heads: what is left without the choice of proposals and detections, which differs with every rounding."""

import torch
from torch import nn

# Two proposals, one of them at a coarse level of the pyramid.
BOXES = [[4.0, 6.0, 60.0, 50.0], [10.0, 8.0, 120.0, 90.0]]


class Heads(nn.Module):
    """What a detector's heads say of an image, those of regions for fixed boxes."""

    def __init__(self, detector):
        super().__init__()
        self.backbone = detector.backbone
        if hasattr(detector, "head"):
            self.head, self.regions = detector.head, None
        else:
            self.head, self.regions = detector.rpn.head, detector.roi_heads
            self.register_buffer("boxes", torch.tensor(BOXES))

    def forward(self, x):
        features = self.backbone(x)
        if isinstance(features, torch.Tensor):
            features = {"0": features}
        found = [self.head(list(features.values()))]
        if self.regions is None:
            return found
        for pool, head, predictor in stages(self.regions):
            found.append(predictor(head(pool(features, [self.boxes], [tuple(x.shape[2:])]))))
        return found


def stages(regions):
    for kind in ("box", "mask", "keypoint"):
        pool = getattr(regions, f"{kind}_roi_pool", None)
        if pool is not None:
            yield pool, getattr(regions, f"{kind}_head"), getattr(regions, f"{kind}_predictor")
