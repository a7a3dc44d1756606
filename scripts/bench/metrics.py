"""Runs pycocotools on two files for scripts/bench/metrics.ts: prints the seconds of reading and evaluating, and the figures.

pip install pycocotools
python3 scripts/bench/metrics.py truth.json detections.json bbox
"""

import contextlib
import io
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

with contextlib.redirect_stdout(io.StringIO()):
    began = time.perf_counter()
    truth = COCO(sys.argv[1])
    detections = truth.loadRes(sys.argv[2])
    loaded = time.perf_counter()
    evaluation = COCOeval(truth, detections, sys.argv[3])
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    done = time.perf_counter()
print(loaded - began, done - loaded, *(float(value) for value in evaluation.stats))
