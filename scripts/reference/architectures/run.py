"""Gradients of torchvision's and timm's architectures, from both of PyTorch's exporters, against PyTorch in float64.

    pip install torch torchvision timm onnx onnxscript
    python3 scripts/reference/architectures/run.py FOLDER [--minutes 60] [--processes 2] [--only REGEX] [--cases REGEX]
        [--again] [--table]

Weights are random; nothing is downloaded. Exports and results stay in the folder: a later run continues. `--only` limits the
networks, `--cases` the exporters and operator sets, `--processes` how many compute at once. `--again` checks once more what
did not agree; `--table` only writes architectures.md from the results.
"""

import argparse
import importlib.metadata
import json
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import timm
import torchvision

from export import export_architecture
from models import MODELS, cases
from table import document, verdict

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUNDLE = ROOT / "artifacts" / "architectures"
EXPORT_SECONDS = 900
CHECK_SECONDS = 600
MEMORY = 9 << 30
fork = multiprocessing.get_context("fork")


def limit():
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def export_within(*arguments):
    limit()
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    export_architecture(*arguments)


def export(model, folder, wanted):
    """Exports a model and computes its reference, unless that is done. In a fork: it shares what is imported."""
    home = folder / model
    if is_exported(home, wanted):
        return
    home.mkdir(parents=True, exist_ok=True)
    child = fork.Process(target=export_within, args=(model, home, wanted))
    child.start()
    child.join(EXPORT_SECONDS)
    late = child.is_alive()
    child.kill()
    child.join()
    if not (home / "reference.json").exists():
        failure = f"took more than {EXPORT_SECONDS} s" if late else f"export ended with code {child.exitcode}"
        (home / "reference.json").write_text(json.dumps({"failure": failure}))


def is_exported(home, wanted):
    if not (home / "reference.json").exists():
        return False
    reference = json.loads((home / "reference.json").read_text())
    failures = reference.get("failures", {})
    return "failure" in reference or all((home / f"{case}.onnx").exists() or case in failures for case in wanted)


def check(model, folder, wanted, again):
    """The results of a model's cases; stored with those of earlier runs."""
    home = folder / model
    reference = json.loads((home / "reference.json").read_text())
    known = home / "results.json"
    results = json.loads(known.read_text()) if known.exists() else {}
    if "failure" in reference:
        print(time.strftime("%H:%M:%S"), model, reference["failure"], flush=True)
        return

    def is_open(case):
        if not (home / f"{case}.onnx").exists():
            return False
        return case not in results or (again and not verdict(results[case], reference).startswith("agrees"))

    left = [case for case in wanted if is_open(case)]
    while left:
        for case, result in checked(home, left).items():
            results[case] = result
            left.remove(case)
            word = verdict(result, reference)
            print(time.strftime("%H:%M:%S"), model, case, word, json.dumps(result), flush=True)
        known.write_text(json.dumps(results, indent=1))


def checked(home, wanted):
    """The results of at least one case: those before a crash, and the crash."""
    command = ["node", "--no-warnings", "--max-old-space-size=6000", BUNDLE / "check.js", home, *wanted]
    errors = ""
    try:
        done = subprocess.run(
            command, timeout=CHECK_SECONDS, preexec_fn=limit, capture_output=True, text=True, cwd=ROOT
        )
        lines, errors = done.stdout, f"crashed: {done.stderr[-300:]}"
    except subprocess.TimeoutExpired as timeout:
        lines, errors = (timeout.stdout or b"").decode(), f"took more than {CHECK_SECONDS} s"
    results = [json.loads(line) for line in lines.splitlines() if line.endswith("}")]
    found = {result["case"]: result for result in results}
    missing = [case for case in wanted if case not in found]
    return found | ({missing[0]: {"failure": errors}} if missing else {})


def bundle():
    """One file of JavaScript: starting from sources takes longer than most derivations."""
    command = ["node_modules/.bin/rolldown", HERE / "check.ts", "--platform", "node", "--format", "esm"]
    command += ["--external", "onnxruntime-node", "--external", "onnxruntime-web", "--transform.target", "node20"]
    subprocess.run([*command, "--dir", BUNDLE], check=True, capture_output=True, cwd=ROOT)


def versions():
    names = ["torch", "torchvision", "timm", "onnx", "onnxscript"]
    found = {name: importlib.metadata.version(name).partition("+")[0] for name in names}
    package = json.loads((ROOT / "node_modules/onnxruntime-node/package.json").read_text())
    return {**found, "onnxruntime-node": package["version"]}


def family(model):
    """The module that defines a model: `vision_transformer`, `torchvision resnet`."""
    group, _, name = model.replace("heads/", "detection/").partition("/")
    make = timm.models.model_entrypoint(name) if group == "timm" else torchvision.models.get_model_builder(name)
    return f"{group} {make.__module__.rpartition('.')[2]}"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--only", default="")
    options.add_argument("--cases", default="")
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--again", action="store_true")
    options.add_argument("--table", action="store_true")
    given = options.parse_args()
    folder = given.folder.resolve()
    models = [] if given.table else [model for model in MODELS if re.search(given.only, model)]
    if not given.table:
        bundle()
    end = time.time() + given.minutes * 60

    def attempt(model):
        if time.time() < end:
            wanted = [case for case in cases(model) if re.search(given.cases, case)]
            export(model, folder, wanted)
            check(model, folder, wanted, given.again)

    with ThreadPoolExecutor(given.processes) as workers:
        for _ in workers.map(attempt, models):
            pass
    (HERE / "architectures.md").write_text(document(MODELS, cases, folder, versions(), family))


main()
