"""PyTorch's kernel gradients for `npm run bench conv-gradient`: prints milliseconds for each line of JSON on standard input."""

import json
import sys
import time

import torch

torch.manual_seed(0)
for line in sys.stdin:
    job = json.loads(line)
    torch.set_num_threads(job["threads"])
    n, c, m, size, k = (job[key] for key in ("batch", "inputs", "outputs", "size", "kernel"))
    x, dy = torch.randn(n, c, size, size), torch.randn(n, m, size, size)
    w = torch.randn(m, c, k, k)
    pad = [k // 2, k // 2]
    start = time.perf_counter()
    torch.ops.aten.convolution_backward(
        dy, x, w, None, [1, 1], pad, [1, 1], False, [0, 0], 1, [False, True, False]
    )
    print(1000 * (time.perf_counter() - start), flush=True)
