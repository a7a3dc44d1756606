"""The benchmarks' peers: takes one request per line of JSON on standard input and prints one reply.

    {"do": "open", "job": {"task": "gradient.of_image", "threads": 2, ...}}  ->  {"id": 0, "versions": {"torch": "2.15.0"}}
    {"do": "run", "id": 0}                                                   ->  {"value": 12.3, "figures": [0.5]}
    {"do": "close", "id": 0}                                                 ->  {}

A task is a function of a module in this folder; the rest of the job are its arguments. It returns a function that runs the
job once and returns the time in milliseconds, and figures to compare. Opening runs it once. A failure is {"error": ...}.
"""

import gc
import importlib
import itertools
import json
import os
import sys
from importlib.metadata import version

jobs = {}
numbers = itertools.count()


def open_job(job):
    module, function = job.pop("task").split(".")
    run = getattr(importlib.import_module(module), function)(**job)
    run()
    number = next(numbers)
    jobs[number] = run
    packages = ("torch", "torchvision", "pycocotools", "faster_coco_eval")
    return {"id": number, "versions": {name: version(name) for name in packages if name in sys.modules}}


def answer(request):
    try:
        if request["do"] == "open":
            return open_job(request["job"])
        if request["do"] == "run":
            value, figures = jobs[request["id"]]()
            return {"value": value, "figures": figures}
        del jobs[request["id"]]
        gc.collect()
        return {}
    except ImportError as error:
        return {"error": f"{error.name or error} is not installed"}
    except Exception as error:  # a compiler's failure, memory: the benchmark shows the reason and goes on
        return {"error": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}


# Libraries that print must not mix with the replies.
replies = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), file=replies, flush=True)
