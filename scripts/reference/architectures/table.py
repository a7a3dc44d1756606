"""Writes the results as a table."""

import json
import re
import time

TITLE = "# Gradients of torchvision's and timm's architectures"


def tolerance(errors, what):
    return max(1e-4, min(0.05, 4 * errors.get(what, 0)))


def verdict(result, reference):
    """`agrees`, `agrees within float32`, `agrees in float64`, or why not."""
    if "failure" in result:
        return result["failure"]
    errors = reference["errors"]
    for what in ("gradient", "jvp", "hvp"):
        if what not in result and what != "gradient":
            continue
        found = result.get(what)
        if isinstance(found, str):
            return f"{what}: {found}"
        # JSON has no NaN; it arrives as null.
        if what == "gradient" and in_double(result):
            return "agrees in float64"
        if found is None or not found <= tolerance(errors, what):
            outputs = result.get("outputs", 0)
            if what == "gradient" and (outputs is None or outputs > tolerance(errors, "outputs")):
                return f"the export computes something else: its outputs differ by {outputs}"
            if what == "gradient" and errors[what] > 0.05:
                return f"too sensitive to rounding: PyTorch's own gradient in float32 differs by {errors[what]:.2f}"
            return f"{what} differs: {found}"
    exact = all(result.get(what, 0) <= 1e-4 for what in ("gradient", "jvp", "hvp"))
    return "agrees" if exact else "agrees within float32"


def in_double(result):
    """Whether the gradient agrees in double precision: with PyTorch's, or with differences of the model itself."""
    double, slope = result.get("double"), result.get("slope")
    return (isinstance(double, float) and double <= 1e-4) or (isinstance(slope, float) and slope <= 1e-6)


def document(models, cases, folder, versions, kind_of):
    rows, problems, missing = [], [], []
    count, agreeing = {}, set()
    kinds = {kind_of(model) for model in models}
    for model in models:
        home = folder / model
        known = home / "reference.json"
        reference = json.loads(known.read_text()) if known.exists() else {}
        results = json.loads((home / "results.json").read_text()) if (home / "results.json").exists() else {}
        failures = reference.get("failures", {})
        problems += [f"- {model}, {case}: PyTorch does not export it ({short(why)})" for case, why in failures.items()]
        if not results:
            missing.append(f"{model} ({reference['failure']})" if "failure" in reference else model)
            continue
        for case in cases(model):
            if case not in results:
                continue
            rows.append(row(model, case, results[case], reference))
            word = verdict(results[case], reference)
            count[group(word)] = count.get(group(word), 0) + 1
            if word.startswith("agrees"):
                agreeing.add(kind_of(model))
            if not word.startswith("agrees"):
                problems.append(f"- {model}, {case}: {word}")
    head = "| Model | Exporter, set | Nodes | of the gradient | Derivation, s | Error | PyTorch's | J v | H v | Result |"
    done = len(models) - len(missing)
    summary = ", ".join(f"{n} {word.replace('agrees', 'agree')}" for word, n in sorted(count.items()))
    return "\n".join(
        [
            TITLE,
            "",
            f"Written by `scripts/reference/architectures/run.py` on {time.strftime('%Y-%m-%d')} with "
            + ", ".join(f"{name} {version}" for name, version in versions.items())
            + ".",
            "",
            f"{done} of {len(models)} architectures were run, in {len(rows)} exports: {summary}. "
            f"They are of {len(agreeing)} of the {len(kinds)} families (a family is a module of timm.models or torchvision.models).",
            "",
            "Random weights, the smallest input that a network takes, batch normalization in inference with random statistics. "
            "“heads” are detectors without the choice of proposals and detections. "
            "Compared is the gradient of Σ outputs · c by the input, in float32 in ONNX Runtime (CPU), with PyTorch's in float64: "
            "‖g − g₆₄‖ / ‖g₆₄‖. PyTorch's: the same for its own float32. J v and H v: the errors of Jacobian– and "
            "Hessian–vector products (empty: H v is zero, or PyTorch cannot). An export agrees if each error is at most 1e-4, or "
            "four times PyTorch's own (“within float32”). Where kinks fall differently in float32 (equal maxima, a ReLU near 0), the "
            "gradient is checked in float64: against PyTorch's, and against differences of the model itself (“in float64”). Derivation: processor time of `grad`; a network's exports follow each other in one process, so the first includes warming up.",
            "",
            head,
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
            *rows,
            "",
            "## Not in agreement",
            "",
            *(problems or ["None."]),
            "",
            "## Not run",
            "",
            "; ".join(missing) + "." if missing else "None.",
            "",
        ]
    )


def short(why):
    """The beginning of an exporter's message, without its colors."""
    return re.sub(r"\x1b\[\d*m", "", why)[:120]


def group(word):
    if word.startswith("agrees"):
        return word
    kinds = ("refused", "too sensitive to rounding")
    return next((kind for kind in kinds if word.startswith(kind)), "without agreement")


def row(model, case, result, reference):
    errors = reference["errors"]
    cells = [
        model,
        case.replace("-", ", "),
        result.get("nodes", ""),
        result.get("derived", ""),
        f"{result['seconds']:.1f}" if "seconds" in result else "",
        number(result.get("gradient")),
        number(errors.get("gradient")),
        number(result.get("jvp")),
        number(result.get("hvp")),
        group(verdict(result, reference)),
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def number(value):
    return f"{value:.0e}".replace("e-0", "e-") if isinstance(value, float) else ""
