"""What the live pad in the browser needs of runs: one description and the graphs, as bytes."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import words
from pipeline.errors import InklingError
from pipeline.ink import drawing
from pipeline.serving import layer_words
from pipeline.store.runs import Run

INPUTS = (
    (drawing.SIZE, drawing.SIZE, 1),
    (drawing.SIZE, drawing.SIZE, 3),
)  # shapes it draws
ALIGNMENT = 8  # bytes; graphs are read in place
ARRAYS = ("mean", "basis", "centers", "directions")  # of a part of the OOD detector, float32


class NotLive(InklingError):
    """The live pad does not support a network; the message says why."""


@dataclass(frozen=True)
class Spec:
    """A description and the bytes it points into.

    Attributes:
        facts: JSON values. `frame` holds the constants of drawing, `words` the sentence templates,
            `runs` one dictionary per run, with `graph` and the arrays of `ood` as [first byte,
            bytes] in `blob`.
        blob: the serving graphs and these arrays.
    """

    facts: dict[str, Any]
    blob: bytes

    def packed(self) -> bytes:
        """Join both: the length of the description in four bytes, the description, the blob."""
        text = json.dumps(self.facts, ensure_ascii=False).encode()
        text += b" " * (-(len(text) + 4) % ALIGNMENT)
        return struct.pack("<I", len(text)) + text + self.blob


def describe(runs: Sequence[Run], labels: Sequence[str], unable: str) -> Spec:
    """Describe runs for the live pad.

    Args:
        runs: one, or two to compare.
        labels: what each is called on the pad.
        unable: a sentence: what to do if a browser cannot run it.

    Raises:
        NotLive: a network takes images that the pad does not draw.
        RunDamaged: a file of a run cannot be read.
    """
    blob, described = _Blob(), []
    for run, label in zip(runs, labels, strict=True):
        if run.info.input_shape not in INPUTS:
            height, width, _ = run.info.input_shape
            raise NotLive(
                f"The live pad draws {drawing.SIZE}×{drawing.SIZE} pixels; the network of run "
                f"{run.id} takes {width}×{height}."
            )
        described.append(
            {
                "id": run.id,
                "label": label,
                "classes": run.class_names,
                "graph": blob.add(run.graph_bytes()),
                "ood": _ood_detector(run, blob),
                "layers": [
                    {
                        "name": layer.name,
                        "shape": layer.shape,
                        "columns": layer_words.columns(layer.shape),
                        "gives": layer_words.gives(layer),
                        "does": layer_words.does(layer),
                    }
                    for layer in run.info.layers
                ],
            }
        )
    facts = {
        "frame": drawing.FRAME,
        "words": {"guess": words.GUESS, "ood_remark": words.OOD_REMARK},
        "unable": unable,
        "runs": described,
    }
    return Spec(facts, bytes(blob.bytes))


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
