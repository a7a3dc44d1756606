"""Golden values for spec/metrics: pycocotools' figures for 200 random cases, its run lengths, torchvision's box overlaps.

pip install pycocotools numpy torch torchvision
python3 scripts/reference/metrics.py
"""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import torch
import torchvision.ops as ops
from pycocotools import mask as mask_utils
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

OUT = Path(__file__).resolve().parents[2] / "spec" / "metrics" / "golden"
rng = np.random.default_rng(2026)


def write(name, value):
    (OUT / name).write_text(json.dumps(value, separators=(",", ":")))


def number(value):
    """The shortest JSON for a number: 3.0 becomes 3."""
    value = round(float(value), 2)
    return int(value) if value == int(value) else value


# --- the twelve figures ----------------------------------------------------------------------------------------------


def figures(truth, detections, iou_type):
    with contextlib.redirect_stdout(io.StringIO()):
        gt = COCO()
        gt.dataset = truth
        gt.createIndex()
        evaluation = COCOeval(gt, gt.loadRes(detections), iou_type)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return [float(value) for value in evaluation.stats]


def random_box(width, height):
    size = np.array([width, height])
    w, h = rng.uniform(size / 2, size) if rng.random() < 0.2 else np.exp(rng.uniform(np.log(4), np.log(size)))
    x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
    # Whole pixels give IoUs that are equal to each other and to thresholds; hundredths give different ones.
    digits = int(rng.choice([0, 2]))
    return [number(round(value, digits)) for value in (x, y, max(w, 1), max(h, 1))]


def jittered(box, width, height):
    spread = rng.choice([0, 0.02, 0.1, 0.3])
    x, y, w, h = np.array(box) + rng.normal(0, 1, 4) * spread * np.array([box[2], box[3], box[2], box[3]])
    return [number(v) for v in (x, y, min(max(w, 1), width), min(max(h, 1), height))]


def outline(box):
    """A polygon around a box's center, sometimes of two parts, sometimes beyond the image's edge."""
    x, y, w, h = box
    parts = []
    for _ in range(1 + (rng.random() < 0.2)):
        corners = int(rng.integers(3, 7))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radius = rng.uniform(0.6, 1.1, corners) / 2
        points = np.stack([x + w / 2 + radius * w * np.cos(angles), y + h / 2 + radius * h * np.sin(angles)], 1)
        parts.append([number(v) for v in points.ravel()])
    return parts


def runs(segmentation, height, width):
    rle = mask_utils.merge(mask_utils.frPyObjects(segmentation, height, width))
    return {"size": [height, width], "counts": rle["counts"].decode()}


def uncompressed(rle):
    pixels = mask_utils.decode(rle).ravel(order="F")
    changes = np.flatnonzero(np.diff(pixels)) + 1
    counts = np.diff(np.concatenate([[0], changes, [pixels.size]])).tolist()
    return {"size": rle["size"], "counts": [0, *counts] if pixels[0] else counts}


def case(iou_type, crowded=False):
    masks = iou_type == "segm"
    width, height = (160, 120) if masks else (320, 240)
    images = [{"id": int(i), "width": width, "height": height} for i in rng.choice(50, rng.integers(1, 5), False)]
    categories = [{"id": int(k), "name": f"c{k}"} for k in rng.choice(9, rng.integers(1, 4), False)]
    annotations, detections = [], []
    ids = rng.permutation(np.arange(1, 60))
    if rng.random() < 0.4:
        ids[rng.integers(0, 3)] = 0
    for image in images:
        for _ in range(rng.integers(0, 6)):
            box = random_box(width, height)
            annotation = {
                "id": int(ids[len(annotations)]),
                "image_id": image["id"],
                "category_id": int(rng.choice([c["id"] for c in categories])),
                "iscrowd": int(rng.random() < 0.15),
                "area": number(box[2] * box[3] * rng.uniform(0.6, 1)),
            }
            if rng.random() < 0.1:
                annotation["ignore"] = 1
            if masks:
                polygons = outline(box)
                annotation["segmentation"] = (
                    uncompressed(runs(polygons, height, width)) if annotation["iscrowd"] else polygons
                )
            else:
                annotation["bbox"] = box
            annotations.append(annotation)
            for _ in range(rng.choice([0, 1, 1, 2])):
                found = jittered(box, width, height)
                shape = moved(polygons, box, found) if masks else None
                detections.append(detection(found, shape, annotation, masks, width, height))
    for _ in range(130 if crowded else rng.integers(1, 8)):
        somewhere = {
            "image_id": images[0]["id"] if crowded else int(rng.choice([i["id"] for i in images])),
            # Sometimes a category that the ground truth does not list.
            "category_id": int(rng.choice([c["id"] for c in categories] + [99] * (rng.random() < 0.1))),
        }
        box = random_box(width, height)
        detections.append(detection(box, outline(box), somewhere, masks, width, height))
    order = rng.permutation(len(detections))
    detections = [detections[i] for i in order]
    truth = {"images": images, "categories": categories, "annotations": annotations}
    # pycocotools modifies its arguments.
    copied = json.loads(json.dumps([truth, detections]))
    return {"truth": truth, "detections": detections, "figures": figures(*copied, iou_type)}


def moved(polygons, box, found):
    """The polygons of one box, mapped to another box."""
    old, new = np.array(box), np.array(found)
    scaled = [(np.reshape(p, (-1, 2)) - old[:2]) * (new[2:] / old[2:]) + new[:2] for p in polygons]
    return [[number(v) for v in points.ravel()] for points in scaled]


def detection(box, polygons, like, masks, width, height):
    result = {
        "image_id": like["image_id"],
        "category_id": like["category_id"],
        "score": number(rng.choice([rng.integers(0, 10) / 10, rng.random()])),
    }
    if masks:
        result["segmentation"] = runs(polygons, height, width)
    if not masks or with_boxes:
        result["bbox"] = box
    return result


with_boxes = False
write("coco-bbox.json", [case("bbox", crowded=i % 70 == 69) for i in range(140)])
masks = []
for i in range(60):
    with_boxes = i % 4 == 3  # then pycocotools uses the boxes' areas
    masks.append(case("segm"))
write("coco-segm.json", masks)

# --- run lengths -----------------------------------------------------------------------------------------------------


def polygon_case():
    height, width = (int(v) for v in rng.integers(1, 60, 2))
    corners = int(rng.integers(3, 9))
    reach = rng.choice([1, 1.5])
    points = rng.uniform(-0.5, 1, (corners, 2)) * reach + (0 if reach > 1 else 0.25)
    points = points * [width, height]
    if rng.random() < 0.3:
        points = np.round(points)
    if rng.random() < 0.2:
        points[1] = points[0]
    polygon = [number(v) for v in points.ravel()]
    rle = mask_utils.frPyObjects([polygon], height, width)[0]
    other = mask_utils.encode(np.asfortranarray(rng.random((height, width)) < 0.5, dtype=np.uint8))
    text = lambda r: r["counts"].decode()
    return {
        "size": [height, width],
        "polygon": polygon,
        "counts": text(rle),
        "area": int(mask_utils.area(rle)),
        "box": [int(v) for v in mask_utils.toBbox(rle)],
        "other": text(other),
        "union": text(mask_utils.merge([rle, other])),
        "intersection": text(mask_utils.merge([rle, other], intersect=True)),
        "iou": float(mask_utils.iou([rle], [other], [0])[0, 0]),
        "crowdIou": float(mask_utils.iou([rle], [other], [1])[0, 0]),
    }


def small(case):
    return len(case["other"]) < 900


write("rle.json", [c for c in (polygon_case() for _ in range(90)) if small(c)])

# --- overlaps of boxes -----------------------------------------------------------------------------------------------

a = torch.tensor([random_box(50, 40) for _ in range(6)], dtype=torch.float64)
b = torch.tensor([random_box(50, 40) for _ in range(5)], dtype=torch.float64)
corners = lambda boxes: torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], 1)
measures = {"iou": ops.box_iou, "giou": ops.generalized_box_iou, "diou": ops.distance_box_iou, "ciou": ops.complete_box_iou}
write(
    "boxes.json",
    {
        "a": a.tolist(),
        "b": b.tolist(),
        **{name: measure(corners(a), corners(b)).ravel().tolist() for name, measure in measures.items()},
    },
)
