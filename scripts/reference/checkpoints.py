"""Golden checkpoints for spec/weights: small files written by torch.save, with the results of torch.load; and a safetensors
file written by the reference library.

pip install torch numpy safetensors
python3 scripts/reference/checkpoints.py
"""

import base64
import io
import json
import zipfile
from collections import OrderedDict
from pathlib import Path

import safetensors.torch
import torch

OUT = Path(__file__).resolve().parents[2] / "spec" / "weights" / "golden"
torch.manual_seed(5)

DTYPES = {
    "float32": torch.float32, "float64": torch.float64, "float16": torch.float16, "bfloat16": torch.bfloat16,
    "int64": torch.int64, "int32": torch.int32, "int16": torch.int16, "int8": torch.int8, "uint8": torch.uint8, "bool": torch.bool,
}
NEW_DTYPES = {"uint16": torch.uint16, "uint32": torch.uint32, "uint64": torch.uint64}  # saved by _rebuild_tensor_v3


def grid(dtype):
    values = torch.tensor([[0, 1, 2], [3, 100, 7]])
    return (values > 2) if dtype is torch.bool else values.to(dtype)


dtypes = OrderedDict((name, grid(dtype)) for name, dtype in DTYPES.items())
all_dtypes = OrderedDict(dtypes, **{name: grid(dtype) for name, dtype in NEW_DTYPES.items()})

shared = torch.arange(24, dtype=torch.float32)
layouts = OrderedDict(
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
    transposed=torch.arange(6.0).reshape(2, 3).t(),
    permuted=torch.arange(24, dtype=torch.float64).reshape(2, 3, 4).permute(2, 0, 1),
    channels_last=torch.arange(24, dtype=torch.float32).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
    head=shared[:6].view(2, 3),
    tail=shared[18:],
    columns=shared.view(4, 6)[:, 1:5:2],
    expanded=torch.tensor([[1], [2]], dtype=torch.int16).expand(2, 3),
    parameter=torch.nn.Parameter(torch.tensor([1.5, -2.5])),
    one_wide=torch.arange(3.0).reshape(3, 1).t(),
)

network = torch.nn.Sequential(OrderedDict(conv=torch.nn.Conv2d(2, 3, 1), norm=torch.nn.BatchNorm2d(3)))
optimizer = torch.optim.Adam(network.parameters())
network(torch.randn(2, 2, 4, 4)).sum().backward()
optimizer.step()
training = dict(
    epoch=20, best=torch.tensor(0.75), lr=1e-3, note="café", huge=2**70, none=None, flags=(True, False), sizes=torch.Size([1, 2]),
    device=torch.device("cpu"), seen={1, 2}, dtype=torch.float16, raw=b"\x00\xff", scheduler=dict(milestones=[1, 2], last=torch.ones(1)),
    optimizer=optimizer.state_dict(), model=network.state_dict(),
)
nested = dict(encoder=dict(conv=dict(weight=torch.ones(1, 2))), decoder=OrderedDict(bias=torch.zeros(2)), history=[torch.ones(1)])
parallel = {f"module.{name}": value for name, value in network.state_dict().items()}

cases = {
    "dtypes": (dtypes, all_dtypes), "layouts": (layouts, layouts), "training": (training, training), "nested": (nested, nested),
    "parallel": (parallel, parallel),
}


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def rezipped(data):
    """The same entries in a plain zip file without 64-bit records, with a comment at the end."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as new:
        new.comment = b"a comment, PK\x05\x06 and all"
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return buffer.getvalue()


def flat(value, prefix=""):
    for name, item in value.items():
        if isinstance(item, torch.Tensor):
            yield prefix + name, item.detach()
        elif isinstance(item, dict):
            yield from flat(item, f"{prefix}{name}.")


def entry(t):
    return dict(dtype=str(t.dtype).removeprefix("torch."), dims=list(t.shape), values=[float(v) for v in t.reshape(-1).tolist()])


def described(data):
    value = torch.load(io.BytesIO(data), weights_only=False)
    value = value.get("model", value)
    return {name: entry(t) for name, t in flat(value)}


files = {}


def add(name, data):
    files[name] = dict(bytes=base64.b64encode(data).decode(), tensors=described(data))


for name, (old, new) in cases.items():
    add(f"{name}.zip", saved(new))
    add(f"{name}.legacy", saved(old, _use_new_zipfile_serialization=False))
add("dtypes.protocol5.zip", saved(all_dtypes, pickle_protocol=5))
add("training.protocol4.legacy", saved(training, _use_new_zipfile_serialization=False, pickle_protocol=4))
add("layouts.plain.zip", rezipped(saved(layouts)))
tensors = {name: tensor.clone() for name, tensor in all_dtypes.items()}
tensors |= {"scalar": layouts["scalar"], "empty": layouts["empty"]}
files["dtypes.safetensors"] = dict(
    bytes=base64.b64encode(safetensors.torch.save(tensors, {"licence": "CC0"})).decode(),
    tensors={name: entry(t) for name, t in tensors.items()},
)
(OUT / "checkpoints.json").write_text(json.dumps(files, separators=(",", ":")))
