"""What the view inside a network needs of a run: its gradient graph, its anatomy, its words."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.export.inside_words import INSIDE
from pipeline.export.packing import Blob, Spec
from pipeline.export.pad_spec import layer_facts
from pipeline.serving.anatomy import Anatomy, Part, Shape, before, window_of
from pipeline.serving.cost import multiplications
from pipeline.serving.inference import LayerInfo
from pipeline.serving.receptive_field import ReceptiveField, receptive_fields
from pipeline.store.run_folder import Run

NEVER_NEGATIVE = {"relu", "relu6", "sigmoid", "softmax", "softplus", "exponential", "hard_sigmoid"}
KEEPING_SIGN = {  # of what is positive, these make nothing negative
    "max_pool", "average_pool", "flatten", "reshape", "permute", "global_average", "global_max",
    "identity", "pad", "crop", "enlarge", "add", "average", "multiply", "concatenate", "maximum",
    "minimum",
}  # fmt: skip
WINDOWED = ("convolution", "max_pool", "average_pool")


def describe(
    run: Run, anatomy: Anatomy, gradients: bytes, advice: str, *, beside: bool = False
) -> Spec:
    """Describe a run for `web/src/inside`.

    Args:
        run: the run.
        anatomy, gradients: its anatomy and its gradient graph.
        advice: a sentence: what to do if a browser cannot run it.
        beside: whether it is shown beside another run, for comparison.

    Returns:
        Facts: the run's `id`, its `shape` (height, width, channels) and `classes`; whether its
        images `is_ink`; `words`; the places of the `graph` and, per layer, of its weights and its
        receptive fields; `excites`, the layers of which it is known what excites their maps, each
        with its maps that are `dead` or `saturated` on all test images.
    """
    blob = Blob()
    facts = {
        "kind": "beside" if beside else "inside",
        "id": f"{run.id} {run.version}",
        "shape": anatomy.image_shape,
        "is_ink": run.info.dataset.mnist_framed,
        "classes": run.class_names,
        "words": INSIDE,
        "advice": advice,
        "graph": blob.add(gradients),
        "gates": anatomy.gates,
        "gated": anatomy.gated,
        "last_convolution": anatomy.last_convolution,
        "excites": {
            place: {"dead": _places(found.dead), "saturated": _places(found.saturated)}
            for place, found in (run.excitations() or {}).items()
        },
        "layers": _layers(run.info.layers, anatomy, blob),
    }
    return Spec(facts, bytes(blob.bytes))


def _layers(infos: Sequence[LayerInfo], anatomy: Anatomy, blob: Blob) -> list[dict[str, Any]]:
    counts, signed = multiplications(anatomy), _signed(anatomy)
    total = max(1, sum(counts))
    fields = receptive_fields(anatomy)
    return [
        layer_facts(info)
        | {"parameters": info.parameters, "share": counts[place] / total, "signed": signed[place]}
        | part_facts(anatomy.parts[place], anatomy, place, blob)
        | _field(fields[place], blob)
        for place, info in enumerate(infos)
    ]


def _places(marked: np.ndarray) -> list[int]:
    return [int(place) for place in np.flatnonzero(marked)]


def part_facts(part: Part, anatomy: Anatomy, place: int, blob: Blob) -> dict[str, Any]:
    """Describe the arithmetic of a layer for `web/src/inside/sums.js`."""
    arrays = {
        name: [*blob.add_array(array), list(array.shape)] for name, array in part.arrays.items()
    }
    return {
        "op": part.op,
        "inputs": part.inputs,
        "activation": part.activation,
        "settings": dict(part.settings) | _window(part, anatomy.shape, place),
        "arrays": arrays,
    }


def _window(part: Part, shape_of: Any, place: int) -> dict[str, Any]:
    """Say how large the window of a layer is, and what lies before its input."""
    if part.op not in WINDOWED:
        return {}
    given: Shape = shape_of(part.inputs[0])
    size, strides = window_of(part)
    return {"size": size, "strides": strides, "before": before(part, given, shape_of(place))}


def _field(field: ReceptiveField, blob: Blob) -> dict[str, Any]:
    def places(spans: np.ndarray) -> list[int]:
        return blob.add_array(spans.astype(np.int32))

    return {"rows": places(field.rows), "columns_seen": places(field.columns)}


def _signed(anatomy: Anatomy) -> list[bool]:
    """Tell which layers can have negative outputs."""
    signed: list[bool] = []
    for part in anatomy.parts:
        given = any(source >= 0 and signed[source] for source in part.inputs)
        keeps = part.op in KEEPING_SIGN and part.activation != "softmax" and not given
        rectifies = part.op == "rectify" and part.settings["slope"] == 0
        signed.append(not (part.activation in NEVER_NEGATIVE or keeps or rectifies))
    return signed
