"""What predicting in the browser needs of runs: one description and the graphs, as bytes."""

from collections.abc import Sequence
from typing import Any

from pipeline import words
from pipeline.export.packing import Blob, Spec
from pipeline.ink import drawing
from pipeline.serving import layer_words
from pipeline.serving.inference import LayerInfo
from pipeline.store.run_folder import Run

METHODS = ("times_input", "gradient", "cam")  # of the overlay; see `web/src/overlay.js`
ARRAYS = ("mean", "basis", "centers", "directions")  # of a part of the OOD detector, float32


def describe(
    runs: Sequence[Run], labels: Sequence[str], advice: str, method: str | None = None
) -> Spec:
    """Describe runs for the browser.

    Args:
        runs: one, or two to compare, which were tested on the same images.
        labels: what each is called; "" for nothing.
        advice: a sentence: what to do if a browser cannot run it.
        method: how to compute where the first run looks, one of `METHODS`; it then needs its
            gradient graph.

    Returns:
        Facts: `frame` holds the constants of drawing, or null for networks that take images as
        they are; `shape` is (height, width, channels) of their input, `words` the sentence
        templates, `runs` one dictionary per run, with the places of `graph` and of the arrays of
        `ood`; `overlay` the method and the place of the first run's gradient graph, or null.

    Raises:
        RunDamaged: a file of a run cannot be read.
    """
    blob, info = Blob(), runs[0].info
    described = [
        {
            "id": run.id,
            "label": label,
            "classes": run.class_names,
            "graph": blob.add(run.graph_bytes()),
            "ood": ood_facts(run, blob),
            "layers": [layer_facts(layer) for layer in run.info.layers],
        }
        for run, label in zip(runs, labels, strict=True)
    ]
    is_ink = info.dataset.mnist_framed
    facts = {
        "frame": drawing.FRAME if is_ink else None,
        "shape": info.input_shape,
        "words": words.PAD if is_ink else words.TRY_IMAGE,
        "advice": advice,
        "runs": described,
        "overlay": _overlay(runs[0], method, blob) if method else None,
    }
    return Spec(facts, bytes(blob.bytes))


def layer_facts(layer: LayerInfo) -> dict[str, Any]:
    """Describe a layer in words, and how its maps are arranged."""
    gives = layer_words.gives(layer)
    return {
        "name": layer.name,
        "shape": layer.drawn_shape,
        "columns": layer_words.columns(layer.drawn_shape),
        "gives": gives,
        "does": layer_words.does(layer),
        "alt": words.OUTPUT.format(name=layer.name, gives=gives),
    }


def _overlay(run: Run, method: str, blob: Blob) -> dict[str, Any] | None:
    """Describe how `web/src/overlay.js` explains a run; None if it lacks what that needs."""
    anatomy, gradients = run.anatomy(), run.gradient_bytes()
    if anatomy is None or gradients is None:
        return None
    return {
        "method": method,
        "gradients": blob.add(gradients),
        "gates": anatomy.gates,
        "last_convolution": anatomy.last_convolution,
    }


def ood_facts(run: Run, blob: Blob) -> dict[str, Any] | None:
    """Describe the OOD detector of a run for `web/src/out_of_distribution.js`."""
    found = run.ood_detector()
    if found is None:  # an older run
        return None
    return {
        "threshold": found.threshold,
        "parts": [
            {
                "layer": part.layer,
                "averaged": part.averaged,
                "unit": part.unit,
                "power": part.power,
                "rest": part.rest,
                "middle": part.middle,
                "spread": part.spread,
                "classes": len(part.centers),
                "arrays": {name: blob.add_array(getattr(part, name)) for name in ARRAYS},
            }
            for part in found.parts
        ],
    }
