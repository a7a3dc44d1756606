"""Writes small Faster R-CNNs of torchvision's classes with seeded random weights, and torchvision's results for three pictures:
spec/models/golden/faster-rcnn-*.pth and .json, and the ONNX export of the first. With a folder as its argument it writes
full-size ones there instead, which scripts/reference/faster-rcnn.ts compares with this library's; with --empty, only
torchvision's result for a picture without objects with the existing weights: faster-rcnn-empty.json.

    pip install torch torchvision numpy
    python3 scripts/reference/faster_rcnn.py [FOLDER | --empty]
"""

import copy
import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision.models import detection, mobilenetv3, resnet
from torchvision.models.detection import _utils, faster_rcnn, rpn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.transform import resize_boxes
from torchvision.ops import FrozenBatchNorm2d

GOLDEN = Path(__file__).parents[2] / "spec/models/golden"
PICTURES = [(96, 128), (301, 120), (137, 211)]
LARGE = [(480, 640), (800, 1066), (700, 500)]
CLASSES = 4
CHANNELS = 16
SMALL = dict(
    min_size=128,
    max_size=213,
    rpn_pre_nms_top_n_test=300,
    rpn_post_nms_top_n_test=100,
    rpn_pre_nms_top_n_train=300,
    rpn_post_nms_top_n_train=100,
    box_score_thresh=0.3,
)


def picture(height, width):
    """A pattern that spec/models/faster-rcnn.spec.ts computes too."""
    c, y, x = np.mgrid[0:3, 0:height, 0:width].astype(np.float64)
    waves = np.sin(0.11 * x * (c + 1) + 0.05 * y) + np.sin(0.17 * y - 0.03 * x * c) + np.sin(0.002 * x * y + c)
    return torch.from_numpy((0.5 + waves / 6).astype(np.float32))


def small_resnet(norm):
    """A ResNet with one bottleneck per stage, built by torchvision's builder of stages."""
    body = resnet.ResNet(resnet.Bottleneck, [1, 1, 1, 1], norm_layer=norm)
    body.inplanes = 8
    body.conv1 = nn.Conv2d(3, 8, 7, stride=2, padding=3, bias=False)
    body.bn1 = norm(8)
    body.layer1 = body._make_layer(resnet.Bottleneck, 4, 1)
    for i, planes in enumerate([4, 6, 8], start=2):
        setattr(body, f"layer{i}", body._make_layer(resnet.Bottleneck, planes, 1, stride=2))
    del body.fc
    return body, [16, 16, 24, 32]


def fpn_of_resnet(norm, norm_of_fpn=None):
    body, channels = small_resnet(norm)
    layers = {f"layer{i + 1}": str(i) for i in range(4)}
    return BackboneWithFPN(body, layers, channels, CHANNELS, norm_layer=norm_of_fpn)


def small_v1():
    return detection.FasterRCNN(
        fpn_of_resnet(FrozenBatchNorm2d),
        rpn_anchor_generator=AnchorGenerator(((8,), (16,), (32,), (64,), (128,)), ((0.5, 1.0, 2.0),) * 5),
        box_head=faster_rcnn.TwoMLPHead(CHANNELS * 49, 24),
        box_predictor=faster_rcnn.FastRCNNPredictor(24, CLASSES),
        **SMALL,
    )


def small_v2():
    return detection.FasterRCNN(
        fpn_of_resnet(nn.BatchNorm2d, nn.BatchNorm2d),
        rpn_anchor_generator=AnchorGenerator(((8,), (16,), (32,), (64,), (128,)), ((0.5, 1.0, 2.0),) * 5),
        rpn_head=rpn.RPNHead(CHANNELS, 3, conv_depth=2),
        box_head=faster_rcnn.FastRCNNConvFCHead((CHANNELS, 7, 7), [16, 16], [24], norm_layer=nn.BatchNorm2d),
        box_predictor=faster_rcnn.FastRCNNPredictor(24, CLASSES),
        **SMALL,
    )


def small_mobilenet():
    settings, last = mobilenetv3._mobilenet_v3_conf("mobilenet_v3_large", width_mult=0.1)
    body = mobilenetv3.MobileNetV3(settings, last, norm_layer=partial(nn.BatchNorm2d)).features
    channels = [body[13].out_channels, body[16].out_channels]
    return detection.FasterRCNN(
        BackboneWithFPN(body, {"13": "0", "16": "1"}, channels, CHANNELS),
        rpn_anchor_generator=AnchorGenerator(((16, 32, 64),) * 3, ((0.5, 1.0, 2.0),) * 3),
        box_head=faster_rcnn.TwoMLPHead(CHANNELS * 49, 24),
        box_predictor=faster_rcnn.FastRCNNPredictor(24, CLASSES),
        rpn_score_thresh=0.05,
        **SMALL,
    )


def shake(model, seed):
    """Weights that keep units active, with scores far apart; batch norm has statistics other than 0 and 1."""
    random = torch.Generator().manual_seed(seed)
    normal = lambda like, scale: torch.randn(like.shape, generator=random) * scale
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if not tensor.is_floating_point():
                continue
            if name.endswith("running_var"):
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=random))
            elif tensor.ndim < 2:
                base = 1 if name.endswith("weight") else 0
                tensor.copy_(base + normal(tensor, 0.1))
            else:
                tensor.copy_(normal(tensor, (2 / tensor[0].numel()) ** 0.5))
            tensor.copy_(tensor.half())  # the precision of the small checkpoints
    calibrate(model)


def calibrate(model):
    """Scales the last layers, so that scores and boxes are neither all alike nor all saturated."""
    model.eval()
    head, predictor = model.rpn.head, model.roi_heads.box_predictor
    wanted = {head.cls_logits: 1.5, head.bbox_pred: 0.3, predictor.cls_score: 2.0, predictor.bbox_pred: 1.0}
    for layers in [(head.cls_logits, head.bbox_pred), (predictor.cls_score, predictor.bbox_pred)]:
        results = {layer: [] for layer in layers}
        handles = [layer.register_forward_hook(lambda m, _, y: results[m].append(y.flatten())) for layer in layers]
        with torch.no_grad():
            model([picture(*PICTURES[0])])
            for layer in layers:
                found = torch.cat(results[layer])
                layer.weight.mul_(wanted[layer] / found.std())
                layer.bias.sub_(found.mean()).mul_(wanted[layer] / found.std())
                layer.weight.copy_(layer.weight.half())
                layer.bias.copy_(layer.bias.half())
        for handle in handles:
            handle.remove()


def detections(model, image):
    seen = {}
    handle = model.rpn.register_forward_hook(lambda _, inputs, result: seen.update(images=inputs[0], boxes=result[0][0]))
    filtered = model.rpn.filter_proposals

    def keep_scores(*args):
        boxes, scores = filtered(*args)
        seen.update(scores=scores[0])
        return boxes, scores

    model.rpn.filter_proposals = keep_scores
    with torch.no_grad():
        [found] = model([image])
    handle.remove()
    model.rpn.filter_proposals = filtered
    proposals = resize_boxes(seen["boxes"], seen["images"].image_sizes[0], image.shape[-2:])
    return dict(
        size=list(image.shape[-2:]),
        boxes=rounded(found["boxes"]),
        labels=found["labels"].tolist(),
        scores=rounded(found["scores"]),
        proposals=rounded(proposals),
        objectness=rounded(seen["scores"]),
    )


OBJECTS = [[20.0, 30, 90, 110], [100, 10, 180, 60], [150.5, 80.25, 200, 130]], [1, 3, 2]


def losses(model, boxes, labels):
    """The four losses with every anchor and proposal sampled, and the gradient of their sum by some of the weights."""
    everything = _utils.BalancedPositiveNegativeSampler(10**6, 0.5)
    model.rpn.fg_bg_sampler = model.roi_heads.fg_bg_sampler = everything
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    image = picture(*PICTURES[2])
    boxes = torch.tensor(boxes).reshape(-1, 4)
    labels = torch.tensor(labels, dtype=torch.int64)
    result = model([image], [dict(boxes=boxes, labels=labels)])
    sum(result.values()).backward()
    names = [
        "backbone.body.conv1.weight",
        "backbone.body.layer2.0.conv2.weight",
        "backbone.body.layer4.0.conv3.weight",
        "backbone.fpn.inner_blocks.1.0.weight",
        "backbone.fpn.layer_blocks.3.0.bias",
        "rpn.head.conv.0.0.weight",
        "rpn.head.cls_logits.weight",
        "rpn.head.bbox_pred.weight",
        "roi_heads.box_head.fc7.weight",
        "roi_heads.box_predictor.cls_score.weight",
        "roi_heads.box_predictor.bbox_pred.weight",
    ]
    parameters = dict(model.named_parameters())
    return dict(
        size=list(image.shape[-2:]),
        boxes=boxes.tolist(),
        labels=labels.tolist(),
        losses={name: value.item() for name, value in result.items()},
        gradients={name: rounded(parameters[name].grad.flatten()) for name in names},
    )


def rounded(tensor):
    return [[float(f"{v:.7g}") for v in row] if isinstance(row, list) else float(f"{row:.7g}") for row in tensor.tolist()]


def write(folder, name, model, pictures, with_losses=False):
    model.eval()
    small = folder == GOLDEN
    state = {key: value.half() if small and value.is_floating_point() else value for key, value in model.state_dict().items()}
    torch.save(state, folder / f"faster-rcnn-{name}.pth", _use_new_zipfile_serialization=not small)
    results = dict(pictures=[detections(model, picture(*size)) for size in pictures])
    if not small:
        exact = copy.deepcopy(model).double()
        results["exact"] = [detections(exact, picture(*size).double()) for size in pictures]
    for size, found in zip(pictures, results["pictures"]):
        scores = sorted(found["scores"])
        gap = min((b - a for a, b in zip(scores, scores[1:])), default=1)
        print(name, size, len(scores), "detections,", len(found["proposals"]), "proposals; closest scores", gap)
    if with_losses:
        results["training"] = losses(model, *OBJECTS)
        print(results["training"]["losses"])
    (folder / f"faster-rcnn-{name}.json").write_text(json.dumps(results, separators=(",", ":")) + "\n")


def write_export(model):
    """The same network as exported by torchvision, for pictures of any size."""
    model.eval()
    torch.onnx.export(
        model,
        ([picture(*PICTURES[0])],),
        GOLDEN / "faster-rcnn-export.onnx",
        opset_version=11,
        dynamo=False,  # the newer exporter fails at detectors
        input_names=["image"],
        output_names=["boxes", "labels", "scores"],
        dynamic_axes={"image": {1: "height", 2: "width"}, **{name: {0: "n"} for name in ["boxes", "labels", "scores"]}},
    )


def write_empty():
    model = small_v1()
    model.load_state_dict({name: value.float() for name, value in torch.load(GOLDEN / "faster-rcnn-v1.pth").items()})
    result = dict(training=losses(model, [], []))
    print(result["training"]["losses"])
    (GOLDEN / "faster-rcnn-empty.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


def main():
    if sys.argv[1:] == ["--empty"]:
        write_empty()
        return
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        for name in ["resnet50_fpn", "resnet50_fpn_v2", "mobilenet_v3_large_fpn", "mobilenet_v3_large_320_fpn"]:
            build = getattr(detection, f"fasterrcnn_{name}")
            model = build(weights=None, weights_backbone=None, num_classes=CLASSES, box_score_thresh=0.3)
            shake(model, 5)
            write(folder, name, model, LARGE)
        return
    for seed, (name, build) in enumerate([("v1", small_v1), ("v2", small_v2), ("mobilenet", small_mobilenet)], start=1):
        model = build()
        shake(model, seed)
        if name == "v1":
            write_export(model)
        write(GOLDEN, name, model, PICTURES, with_losses=name == "v1")


if __name__ == "__main__":
    main()
