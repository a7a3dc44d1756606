"""torchvision's side of `npm run bench detect`: writes a Faster R-CNN R50-FPN with seeded random weights to the given path.
Then it runs once per line on standard input and prints milliseconds, detections and peak megabytes.

    python3 scripts/bench/detect.py WEIGHTS.pth PIXELS HEIGHT WIDTH THREADS
"""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torchvision.models import detection

sys.path.append(str(Path(__file__).parents[1] / "reference"))
from faster_rcnn import shake  # noqa: E402


def peak():
    """Peak resident memory in MB since it was last reset."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def main():
    weights, pixels, height, width, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    model = detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None, box_score_thresh=0.3)
    if Path(weights).exists():
        model.load_state_dict(torch.load(weights))
    else:
        shake(model, 5)
        torch.save(model.state_dict(), weights)
        return
    model.eval()
    picture = torch.from_numpy(np.fromfile(pixels, dtype=np.float32).reshape(3, int(height), int(width)))
    print("ready", flush=True)
    for _ in sys.stdin:
        begin = time.perf_counter()
        with torch.inference_mode():
            [found] = model([picture])
        took = 1000 * (time.perf_counter() - begin)
        print(json.dumps([took, len(found["scores"]), peak()]), flush=True)


main()
