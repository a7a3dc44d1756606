"""For scripts/pull/check.ts: writes a full-size checkpoint of torchvision's VGG-19 (548 MB) with seeded random weights, both in
torch.save's current format (a zip file) and in the legacy format of torchvision's own checkpoint, and PyTorch's results for a
picture.

pip install torch torchvision numpy
python3 scripts/pull/vgg19.py FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torchvision.models import vgg19

out = Path(sys.argv[1])
torch.manual_seed(19)
network = vgg19(weights=None).eval()
state = network.state_dict()
torch.save(state, out / "zip.pth")
torch.save(state, out / "legacy.pth", _use_new_zipfile_serialization=False)

# RGB in [0, 1], 1×3×64×48, the same numbers in TypeScript.
height, width = 64, 48
c, y, x = np.meshgrid(np.arange(3), np.arange(height), np.arange(width), indexing="ij")
picture = ((7 * c + 3 * y + 5 * x) % 32 / 31).astype(np.float32)
mean = np.array([0.485, 0.456, 0.406], np.float32).reshape(3, 1, 1)
std = np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1)
features = torch.from_numpy((picture - mean) / std)[None]
wanted = {1: "relu1_1", 8: "relu2_2", 17: "relu3_4", 26: "relu4_4", 35: "relu5_4"}
layers = {}
with torch.no_grad():
    for i, module in enumerate(network.features):
        features = module(features)
        if i in wanted:
            layers[wanted[i]] = dict(dims=list(features.shape), values=features.flatten().tolist())
(out / "activations.json").write_text(json.dumps(dict(width=width, height=height, layers=layers)))
