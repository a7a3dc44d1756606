"""COCO's evaluation by pycocotools and by faster-coco-eval."""

import contextlib
import io
import time


def evaluate(package, truth, detections, kind, threads, device):
    """Reads two files and evaluates them; the figures are COCO's twelve."""
    if package == "pycocotools":
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    else:
        from faster_coco_eval import COCO
        from faster_coco_eval import COCOeval_faster as COCOeval

    def run():
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.perf_counter()
            loaded = COCO(truth)
            evaluation = COCOeval(loaded, loaded.loadRes(detections), kind)
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        return 1000 * (time.perf_counter() - start), [float(value) for value in evaluation.stats[:12]]

    return run
