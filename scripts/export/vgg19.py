"""Exports torchvision's VGG-19 from PyTorch to an ONNX file that `loadNetwork` and every command recognize as VGG-19: any number
of pictures, 224×224, normalized as in torchvision.

    pip install torch torchvision onnx onnxruntime
    python3 scripts/export/vgg19.py vgg19.onnx
    npx oneiros classify cat.jpg --model vgg19.onnx

oneiros can do this without Python: `oneiros models pull vgg19`, or `oneiros models convert vgg19 --weights FILE -o vgg19.onnx`.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torchvision.models import VGG19_Weights, vgg19

sys.path.insert(0, str(Path(__file__).parent))
from common import arguments, export, load, picture, run, save  # noqa: E402

args = arguments(__doc__).parse_args()
torch.manual_seed(args.random or 0)
network = load(vgg19(weights=None), args, lambda: VGG19_Weights.IMAGENET1K_V1.get_state_dict(check_hash=True))
mean, std = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32).reshape(2, 1, 3, 1, 1)
example = torch.from_numpy((picture(224, 224)[None] - mean) / std)
model = export(network, example, args.out, ["data"], ["scores"], {"data": {0: "n"}, "scores": {0: "n"}}, {"input": "RGB, 0..1, minus mean (0.485,0.456,0.406), divided by (0.229,0.224,0.225)"})
save(model, args.out)
with torch.no_grad():
    expected = network(example).numpy()
difference = np.abs(run(args.out, {"data": example.numpy()})["scores"] - expected).max() / np.abs(expected).max()
print(f"differs from PyTorch by {difference:.1e} of its largest score")
assert difference < 1e-4
