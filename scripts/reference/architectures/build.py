"""Builds architectures with random weights, small inputs, and statistics of batch normalization that matter."""

import inspect

import timm
import torch
import torchvision
from torch import nn

from heads import Heads

TORCHVISION = {
    "torchvision": torchvision.models,
    "segmentation": torchvision.models.segmentation,
    "detection": torchvision.models.detection,
    "video": torchvision.models.video,
}
SIDES = (64, 96, 128, 160, 192, 224, 256, 320, 512)


class Flat(nn.Module):
    """A network whose outputs are a tuple of floating-point tensors, however they are nested in the original."""

    def __init__(self, network, as_list=False):
        super().__init__()
        self.network = network
        self.as_list = as_list

    def forward(self, x):
        return tuple(flat(self.network([x[0]] if self.as_list else x)))


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs] if outputs.is_floating_point() else []
    values = outputs.values() if isinstance(outputs, dict) else outputs
    return [tensor for each in values for tensor in flat(each)]


def build(name):
    """The network in inference, and an input."""
    torch.manual_seed(0)
    group, _, model = name.partition("/")
    for make, shape in candidates(group, model):
        try:
            network = Flat(make(), group == "detection").eval()
        except (TypeError, AssertionError, ValueError, RuntimeError) as error:
            refused = error
            continue
        randomize(network)
        x = torch.rand(shape)
        try:
            calibrate(network, x)
            with torch.no_grad():
                outputs = network(x)
        except (AssertionError, ValueError, RuntimeError) as error:
            refused = error
            continue
        if all(bool(torch.isfinite(y).all()) and y.numel() > 0 for y in outputs):
            return network, x
        refused = ValueError("outputs are empty or not finite")
    raise refused


def candidates(group, model):
    """Ways to make a model, with the shape of its input, from small to large."""
    if group == "timm":
        for side in SIDES:
            yield lambda side=side: timm.create_model(model, pretrained=False, img_size=side), (1, 3, side, side)
            yield lambda: timm.create_model(model, pretrained=False), (1, 3, side, side)
        return
    make = getattr(TORCHVISION["detection" if group == "heads" else group], model)
    if group == "heads":
        for shape in [(1, 3, 96, 128), (1, 3, 320, 320)]:
            yield lambda: Heads(make(weights=None, weights_backbone=None)), shape
        return
    if group == "video":
        for frames, side in [(4, 64), (8, 64), (16, 64), (16, 112), (16, 224)]:
            size = {"spatial_size": (side, side), "temporal_size": frames} if model.startswith("mvit") else {}
            yield lambda size=size: video(model, make, size), (1, 3, frames, side, side)
        return
    if group == "detection":
        yield lambda: make(weights=None, weights_backbone=None, **detection(model)), (1, 3, 96, 128)
        return
    sides = {"vit": "image_size", "maxvit": None}
    for side in SIDES:
        options = {"weights": None}
        if group == "segmentation":
            options |= {"weights_backbone": None}
            if not model.startswith("lraspp"):
                options["aux_loss"] = True
        if model.startswith("vit_"):
            if side % int(model.rpartition("_")[2]) != 0:
                continue
            options[sides["vit"]] = side
        yield lambda options=options: make(**options), (1, 3, side, side)


def video(model, make, size):
    if not size:
        return make(weights=None)
    # mvit's constructors fix the size of the input: change the positional encoding's sizes on the way.
    from torchvision.models.video import mvit

    original = mvit.MViT.__init__
    try:
        mvit.MViT.__init__ = lambda self, **options: original(self, **{**options, **size})
        return make(weights=None)
    finally:
        mvit.MViT.__init__ = original


def detection(model):
    """Few proposals and detections, none too improbable: random weights are sure of nothing."""
    if model.startswith("ssd"):
        return {"score_thresh": 0.0, "detections_per_img": 5, "topk_candidates": 20}
    sizes = {"min_size": 96, "max_size": 128}
    if model.startswith(("retinanet", "fcos")):
        return sizes | {"score_thresh": 0.0, "detections_per_img": 5, "topk_candidates": 20}
    return sizes | {
        "box_score_thresh": 0.0,
        "box_detections_per_img": 5,
        "rpn_pre_nms_top_n_test": 50,
        "rpn_post_nms_top_n_test": 10,
    }


def randomize(network):
    """Replaces initial values that hide parts of a network: gates of zero, scales of one or of a millionth."""
    for parameter in network.parameters():
        if parameter.numel() > 1 and not parameter.is_floating_point():
            continue
        with torch.no_grad():
            if bool((parameter == 0).all()):
                parameter.normal_(0, 0.1)
            elif parameter.numel() > 1 and bool((parameter == parameter.flatten()[0]).all()):
                parameter.uniform_(0.5, 1.5)


def calibrate(network, x):
    """Statistics of batch normalization near those of an input, so that deep networks neither fade nor explode."""
    norms = [each for each in network.modules() if isinstance(each, nn.modules.batchnorm._BatchNorm)]
    saved = [each.momentum for each in norms]
    for each in norms:
        each.train()
        each.momentum = 1
    try:
        with torch.no_grad():
            network(torch.rand(x.shape))
    except ValueError:
        pass  # one value per channel has no variance
    for each, momentum in zip(norms, saved):
        each.eval()
        each.momentum = momentum
        if each.running_mean is not None:
            # A channel that hardly varies would be amplified without bounds.
            least = 0.1 * (each.running_mean.square() + each.running_var.mean())
            each.running_var.copy_(torch.maximum(each.running_var, least))
            each.running_mean += 0.1 * each.running_var.sqrt() * torch.randn_like(each.running_var)
            each.running_var *= torch.empty_like(each.running_var).uniform_(0.5, 1.5)


def in_one_line(error):
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
