"""Exports torchvision's Faster R-CNNs from PyTorch to an ONNX file for `loadDetector` and `oneiros detect`: from one picture
of any size, RGB in [0, 1], to boxes in its pixels, labels and scores.

torchvision exports RoiAlign without `coordinate_transformation_mode`. From opset 16 on, ONNX defaults to `half_pixel`, which
shifts every region by half a cell; so this script sets the attribute to `output_half_pixel`, which corresponds to
torchvision's aligned=False.

    pip install torch torchvision onnx onnxruntime
    python3 scripts/export/faster_rcnn.py fasterrcnn.onnx --variant resnet50_fpn
    npx oneiros detect street.jpg --model fasterrcnn.onnx

oneiros can do this without Python: `oneiros models pull fasterrcnn_resnet50_fpn`, or `oneiros models convert …`.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torchvision.models import detection, get_model_weights

sys.path.insert(0, str(Path(__file__).parent))
from common import arguments, export, load, picture, reference, run, save  # noqa: E402

VARIANTS = ["resnet50_fpn", "resnet50_fpn_v2", "mobilenet_v3_large_fpn", "mobilenet_v3_large_320_fpn"]

parser = arguments(__doc__)
parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0])
parser.add_argument("--score", type=float, default=0.05, help="the lowest score to return (default: torchvision's)")
args = parser.parse_args()
torch.manual_seed(args.random or 0)
name = f"fasterrcnn_{args.variant}"
weights = get_model_weights(name).COCO_V1
network = getattr(detection, name)(weights=None, weights_backbone=None, box_score_thresh=args.score)
if args.random is not None:
    reference("faster_rcnn").shake(network, args.random)
load(network, args, lambda: weights.get_state_dict(check_hash=True))
if args.variant == "resnet50_fpn" and args.random is None:
    detection._utils.overwrite_eps(network, 0.0)  # as torchvision does for these weights
example = torch.from_numpy(picture(160, 224))
axes = {"image": {1: "height", 2: "width"}, "boxes": {0: "n"}, "labels": {0: "n"}, "scores": {0: "n"}}
model = export(network, ([example],), args.out, ["image"], ["boxes", "labels", "scores"], axes, {"classes": ",".join(weights.meta["categories"])})
for node in model.graph.node:
    if node.op_type == "RoiAlign":
        kept = [attribute for attribute in node.attribute if attribute.name != "coordinate_transformation_mode"]
        del node.attribute[:]
        node.attribute.extend(kept)
        mode = node.attribute.add(name="coordinate_transformation_mode", type=3)
        mode.s = b"output_half_pixel"
save(model, args.out)
for height, width in [(160, 224), (203, 131)]:
    image = torch.from_numpy(picture(height, width))
    with torch.no_grad():
        [expected] = network([image])
    found = run(args.out, {"image": image.numpy()})
    # Compared as sets: if scores are almost equal, rounding decides which comes first, or which one suppresses the
    # other.
    there = [
        any(label == int(other) and np.abs(box - near).max() < 0.1 and abs(score - value) < 1e-3 for near, other, value in zip(found["boxes"], found["labels"], found["scores"]))
        for box, label, score in zip(*(expected[key].numpy() for key in ("boxes", "labels", "scores")))
    ]
    print(f"{height}×{width}: {len(there)} detections of PyTorch, {len(found['scores'])} of the file; {sum(there)} are the same to 0.1 pixels")
    assert sum(there) >= 0.95 * max(len(there), len(found["scores"]))
