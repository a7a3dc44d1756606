"""Exports milesial's U-Net (github.com/milesial/Pytorch-UNet, with its published weights or yours) from PyTorch to an ONNX file
for `loadSegmenter` and `oneiros segment`: from one picture of any size, RGB in [0, 1], to a score for each class and pixel.

    pip install torch onnx onnxruntime
    python3 scripts/export/unet.py unet.onnx --weights checkpoint.pth
    npx oneiros segment car.jpg --model unet.onnx -o cut.png

The layout is derived from the project's checkpoints. oneiros can do this without Python:
`oneiros models convert unet --weights checkpoint.pth -o unet.onnx`.
"""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))
from common import arguments, export, load, picture, reference, run, save  # noqa: E402

layouts = reference("unet")
Milesial, randomise = layouts.Milesial, layouts.randomise
CARVANA = "https://github.com/milesial/Pytorch-UNet/releases/download/v3.0/unet_carvana_scale0.5_epoch2.pth"

parser = arguments(__doc__)
parser.add_argument("--channels", type=int, default=3)
parser.add_argument("--classes", default="background,car", help="names of the classes, the background first (default: Carvana's)")
parser.add_argument("--width", type=int, default=64, help="channels at the top")
parser.add_argument("--bilinear", action="store_true", help="upsample by interpolation instead of transposed convolutions")
args = parser.parse_args()
names = args.classes.split(",")
network = Milesial(args.channels, len(names), args.width, args.bilinear)
if args.random is not None:
    randomise(network, args.random)
network = load(network, args, lambda: torch.hub.load_state_dict_from_url(CARVANA, map_location="cpu"))
# Odd sizes, so that the trace does not assume that each level is exactly half the size of the previous one.
example = torch.from_numpy(picture(101, 75)[None, : args.channels])
axes = {name: {2: "height", 3: "width"} for name in ("image", "scores")}
model = export(network, example, args.out, ["image"], ["scores"], axes, {"input": "RGB, 0..1", "classes": ",".join(names)})
save(model, args.out)
for height, width in [(101, 75), (64, 96), (130, 61)]:
    image = torch.from_numpy(picture(height, width)[None, : args.channels])
    with torch.no_grad():
        expected = network(image).numpy()
    difference = np.abs(run(args.out, {"image": image.numpy()})["scores"] - expected).max() / np.abs(expected).max()
    print(f"{height}×{width}: differs from PyTorch by {difference:.1e} of its largest score")
    assert difference < 1e-4
