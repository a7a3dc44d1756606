"""torchvision's detectors."""

import torch
from tools import load_floats, load_safetensors, prepare, timed
from torchvision.models import detection


def faster_rcnn(weights, picture, height, width, score, threads, device, form="eager"):
    """Faster R-CNN R50-FPN on a picture; the figures are the number of its detections and the sum of their scores."""
    model = detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None, box_score_thresh=score)
    model.load_state_dict(load_safetensors(weights), strict=False)  # without num_batches_tracked
    net = prepare(model.eval(), form, device, threads)
    image = load_floats(picture, (3, height, width)).to(device)

    def task():
        with torch.inference_mode():
            [found] = net([image])
        return [len(found["scores"]), found["scores"].sum().item()]

    return timed(task, device)
