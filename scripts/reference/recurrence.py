"""Golden gradients of recurrent layers and of Mask R-CNN's loop over masks for spec/autodiff: PyTorch's, in double precision.

    pip install torch torchvision onnx onnxscript
    python3 scripts/reference/recurrence.py

Each model is stored as PyTorch exports it, by both exporters, with an open number of steps or masks, since its parameters
are random. Element i of input number p is sin(p + 0.9 i), of a cotangent cos(0.5 + 0.7 i).
"""

import base64
import io
import json
import math
import warnings
from pathlib import Path

import onnx
import torch
from torchvision.models.detection import roi_heads

OUT = Path(__file__).resolve().parents[2] / "spec" / "autodiff" / "golden" / "recurrence.json"
STEPS, BATCH, INPUTS, HIDDEN = 5, 2, 3, 4
cases = []


def wave(*dims, phase):
    n = math.prod(dims)
    return torch.tensor([math.sin(phase + 0.9 * i) for i in range(n)], dtype=torch.float32).reshape(dims)


def cotangent(y):
    return torch.tensor([math.cos(0.5 + 0.7 * i) for i in range(y.numel())], dtype=torch.float64).reshape(y.shape)


def rounded(values):
    return [float(f"{v:.8g}") for v in values.flatten().tolist()]


def exported(model, inputs, names, outputs, axis, exporter):
    buffer = io.BytesIO()
    open_axes = {names[0]: {axis: "steps"}}
    if exporter == "torchscript":
        torch.onnx.export(
            model, inputs, buffer, dynamo=False, opset_version=17, input_names=names, output_names=outputs, dynamic_axes=open_axes
        )
    else:
        shapes = ({axis: torch.export.Dim("steps")}, *[None] * (len(names) - 1))
        program = torch.onnx.export(
            model, inputs, dynamo=True, opset_version=18, input_names=names, output_names=outputs, dynamic_shapes=shapes
        )
        program.save(buffer)
    model = onnx.load_from_string(buffer.getvalue())
    # Where in PyTorch each node comes from.
    for message in (model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        message.ClearField("metadata_props")
        message.ClearField("doc_string")
    model.graph.ClearField("value_info")
    return base64.b64encode(model.SerializeToString()).decode()


class Layer(torch.nn.Module):
    """The states of every step and the last ones, as separate outputs."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, h0):
        return self.layer(x, h0)


class LayerWithCells(Layer):
    def forward(self, x, h0, c0):
        every, (h, c) = self.layer(x, (h0, c0))
        return every, h, c


def case(name, model, inputs, names, outputs, axis=0, exporters=("torchscript", "dynamo"), function=None):
    double = [x.double().requires_grad_() if x.is_floating_point() else x for x in inputs]
    results = (function or model.double())(*double)
    wrt = [x for x in double if x.requires_grad]
    gradients = torch.autograd.grad(results, wrt, [cotangent(y) for y in results])
    model.float()
    for exporter in exporters:
        cases.append(
            dict(
                name=f"{name}, {exporter}",
                model=exported(model, tuple(inputs), names, outputs, axis, exporter),
                inputs={n: dict(dims=list(x.shape), values=x.flatten().tolist()) for n, x in zip(names, inputs)},
                outputs={n: dict(dims=list(y.shape), values=rounded(y.detach())) for n, y in zip(outputs, results)},
                gradients={n: rounded(g) for n, g in zip([n for n, x in zip(names, inputs) if x.is_floating_point()], gradients)},
            )
        )


warnings.simplefilter("ignore")
torch.manual_seed(0)
for kind, settings in (
    (torch.nn.LSTM, {}),
    (torch.nn.LSTM, dict(batch_first=True)),
    (torch.nn.GRU, {}),
    (torch.nn.RNN, {}),
):
    layer = kind(INPUTS, HIDDEN, num_layers=2, bidirectional=True, **settings)
    batch_first = settings.get("batch_first", False)
    x = wave(*((BATCH, STEPS) if batch_first else (STEPS, BATCH)), INPUTS, phase=1)
    states = [wave(4, BATCH, HIDDEN, phase=2 + i) for i in range(2 if kind is torch.nn.LSTM else 1)]
    names = ["x", "h0", "c0"][: 1 + len(states)]
    case(
        f"{kind.__name__}, 2 layers, bidirectional{', batch first' if batch_first else ''}",
        (LayerWithCells if kind is torch.nn.LSTM else Layer)(layer),
        [x, *states],
        names,
        ["y", "h", "c"][: 1 + len(states)],
        axis=1 if batch_first else 0,
    )


class Paste(torch.nn.Module):
    def forward(self, masks, boxes):
        height, width = [torch.scalar_tensor(size, dtype=torch.int64) for size in (12, 16)]
        return roi_heads._onnx_paste_masks_in_image_loop(masks, boxes, height, width)


case(
    "masks of Mask R-CNN",
    Paste(),
    [wave(3, 1, 4, 4, phase=1), torch.tensor([[1, 2, 9, 8], [3, 1, 14, 10], [-2, 0, 6, 15]])],
    ["masks", "boxes"],
    ["y"],
    exporters=["torchscript"],
    function=lambda masks, boxes: (
        torch.stack([roi_heads.paste_mask_in_image(m[0], b, 12, 16) for m, b in zip(masks, boxes)]),
    ),
)

OUT.write_text(json.dumps(dict(torch=torch.__version__, cases=cases), separators=(",", ":")) + "\n")
print(f"{len(cases)} cases in {OUT}")
