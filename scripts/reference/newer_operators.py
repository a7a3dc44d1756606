"""Golden results for spec/onnx/opset.spec.ts: ONNX's reference implementation of operators that ONNX Runtime lacks.

pip install onnx==1.23.0
python3 scripts/reference/newer_operators.py
"""

import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

OUT = Path(__file__).resolve().parents[2] / "spec" / "onnx" / "golden" / "newer-operators.json"
VERSION = 27
cases = []


def wave(dims, phase):
    count = int(np.prod(dims))
    return np.sin(phase + 0.9 * np.arange(count)).astype(np.float32).reshape(dims)


def add(op, shapes, outputs=2, **attributes):
    arrays = [None if dims is None else wave(dims, 0.3 * i) for i, dims in enumerate(shapes)]
    names = ["" if array is None else f"x{i}" for i, array in enumerate(arrays)]
    results = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names, results, **attributes)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape)
        for name, array in zip(names, arrays)
        if array is not None
    ]
    graph = helper.make_graph(
        [node], "g", inputs, [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in results]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", VERSION)])
    feeds = {name: array for name, array in zip(names, arrays) if array is not None}
    cases.append(
        dict(
            op=op,
            version=VERSION,
            attributes=attributes,
            inputs=[None if a is None else dict(dims=list(a.shape), data=a.ravel().astype(float).tolist()) for a in arrays],
            outputs=[
                dict(dims=list(y.shape), data=[round(float(v), 7) for v in y.ravel()])
                for y in ReferenceEvaluator(model).run(None, feeds)
            ],
        )
    )


for rule in ("linear", "gated", "delta", "gated_delta"):
    gated, delta = rule.startswith("gated"), rule.endswith("delta")
    for decay, rate in ((2, 2), (4, 1)):
        shapes = [(2, 3, 8), (2, 3, 4), (2, 3, 6), (2, 2, 2, 3), (2, 3, decay) if gated else None]
        shapes += [(2, 3, rate)] if delta else []
        add("LinearAttention", shapes, q_num_heads=4, kv_num_heads=2, update_rule=rule)
add("LinearAttention", [(1, 2, 4), (1, 2, 4), (1, 2, 2)], q_num_heads=2, kv_num_heads=2, update_rule="linear", scale=0.5)

for activation in ("none", "silu"):
    add("CausalConvWithState", [(2, 3, 5), (3, 1, 3), (3,), (2, 3, 2)], activation=activation)
    add("CausalConvWithState", [(2, 3, 1), (3, 1, 4)], activation=activation)
add("CausalConvWithState", [(1, 2, 4), (2, 1, 1)])

OUT.write_text(json.dumps(cases) + "\n")
print(f"{len(cases)} cases")
