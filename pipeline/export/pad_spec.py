"""What predicting in the browser needs of runs: one description and the graphs, as bytes."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import words
from pipeline.ink import drawing
from pipeline.serving import layer_words
from pipeline.serving.inference import LayerInfo
from pipeline.store.run_folder import Run

ALIGNMENT = 8  # bytes; graphs are read in place
ARRAYS = ("mean", "basis", "centers", "directions")  # of a part of the OOD detector, float32


@dataclass(frozen=True)
class Spec:
    """A description and the bytes it points into.

    Attributes:
        facts: JSON values. `frame` holds the constants of drawing, or null for networks that take
            images as they are; `shape` is (height, width, channels) of their input, `words` the
            sentence templates, `runs` one dictionary per run, with `graph` and the arrays of `ood`
            as [first byte, bytes] in `blob`.
        blob: the serving graphs and these arrays.
    """

    facts: dict[str, Any]
    blob: bytes

    def packed(self) -> bytes:
        """Join both: the length of the description in four bytes, the description, the blob."""
        text = json.dumps(self.facts, ensure_ascii=False).encode()
        text += b" " * (-(len(text) + 4) % ALIGNMENT)
        return struct.pack("<I", len(text)) + text + self.blob


def describe(runs: Sequence[Run], labels: Sequence[str], advice: str) -> Spec:
    """Describe runs for the browser.

    Args:
        runs: one, or two to compare, which were tested on the same images.
        labels: what each is called; "" for nothing.
        advice: a sentence: what to do if a browser cannot run it.

    Raises:
        RunDamaged: a file of a run cannot be read.
    """
    blob, info = _Blob(), runs[0].info
    described = [
        {
            "id": run.id,
            "label": label,
            "classes": run.class_names,
            "graph": blob.add(run.graph_bytes()),
            "ood": _ood_detector(run, blob),
            "layers": [_layer(layer) for layer in run.info.layers],
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
    }
    return Spec(facts, bytes(blob.bytes))


def _layer(layer: LayerInfo) -> dict[str, Any]:
    gives = layer_words.gives(layer)
    return {
        "name": layer.name,
        "shape": layer.shape,
        "columns": layer_words.columns(layer.shape),
        "gives": gives,
        "does": layer_words.does(layer),
        "alt": words.OUTPUT.format(name=layer.name, gives=gives),
    }


class _Blob:
    """Chunks of bytes one after the other, each aligned so that it can be read as numbers."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def add(self, data: bytes) -> list[int]:
        """Append bytes; return where they start, and how many they are."""
        place = [len(self.bytes), len(data)]
        self.bytes += data + bytes(-len(data) % ALIGNMENT)
        return place


def _ood_detector(run: Run, blob: _Blob) -> dict[str, Any] | None:
    """Describe the OOD detector of a run for `web/src/out_of_distribution.js`."""
    found = run.ood_detector()
    if found is None:  # an older run
        return None
    return {
        "threshold": found.threshold,
        "parts": [
            {
                "layer": part.layer,
                "power": part.power,
                "rest": part.rest,
                "middle": part.middle,
                "spread": part.spread,
                "classes": len(part.centers),
                "arrays": {
                    name: blob.add(getattr(part, name).astype("<f4").tobytes()) for name in ARRAYS
                },
            }
            for part in found.parts
        ],
    }
