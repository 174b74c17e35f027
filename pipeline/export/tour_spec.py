"""What the tour sends to the browser: its steps in order, test images, and networks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.export import inside_spec, tour_later, tour_steps
from pipeline.export.inside_words import INSIDE
from pipeline.export.packing import Spec
from pipeline.export.tour_material import Material
from pipeline.ink import drawing
from pipeline.prose.texts import Texts
from pipeline.serving.anatomy import Anatomy
from pipeline.store.run_folder import Run

MOST_IMAGES = 10  # test images to look at where nothing is drawn


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        subject: the file of `pipeline/prose` that has its sentences, in a table of its name:
            `name` (a word or two), `title`, `text` (three sentences at most), and what it says.
        data: what the browser gets besides the networks; JSON values, arrays as places in the blob.
    """

    subject: str
    data: Callable[[Material], dict[str, Any]]


# In the order of the tour; `web/src/tour/tour.js` has a class for each.
STEPS: dict[str, Step] = {
    "grid": Step("tour", tour_steps.grid),
    "weights": Step("tour", tour_steps.weights),
    "neuron": Step("tour", tour_steps.neuron),
    "layers": Step("tour", tour_steps.layers),
    "shift": Step("tour_later", tour_later.shift),
    "convolution": Step("tour_later", tour_later.convolution),
    "learning": Step("tour_later", tour_later.learning),
    "trust": Step("tour_later", tour_later.trust),
}


def describe(material: Material, key: str) -> Spec:
    """Describe the tour for `web/src/tour`.

    Args:
        material: what it is made from.
        key: differs where what is described does.

    Returns:
        Facts: `words` of the frame; `order`, the names of the steps; `steps`, by name the `words`
        and the `data` of each; `classes`, `shape`, `is_ink`, `is_digits`; `frame`, the constants of
        drawing; `images`, test images with their places; `networks`, by name how good they are.
    """
    facts = {
        "kind": "tour",
        "id": key,
        "language": material.texts.language,
        "words": material.words("tour.frame"),
        "order": list(STEPS),
        "steps": {
            name: {"words": material.words(f"{step.subject}.{name}"), "data": step.data(material)}
            for name, step in STEPS.items()
        },
        "classes": material.subject.class_names,
        "shape": material.subject.shape,
        "is_ink": material.subject.is_ink,
        "is_digits": material.subject.is_digits,
        "frame": drawing.FRAME,
        "images": _images(material),
        "networks": {
            name: {
                "id": run.id,
                "correct": run.info.metrics.correct,
                "total": run.info.metrics.total,
                "accuracy": run.info.metrics.accuracy,
            }
            for name, run in material.runs.items()
        },
    }
    return Spec(facts, bytes(material.blob.bytes))


def describe_network(name: str, run: Run, anatomy: Anatomy, gradients: bytes, texts: Texts) -> Spec:
    """Describe a network for `web/src/tour/networks.js`; see `inside_spec.describe`.

    Args:
        name: one of `tour_networks.NETWORKS`.
        run: the run.
        anatomy, gradients: its anatomy and its gradient graph.
        texts: the language of what its parts say.
    """
    spec = inside_spec.describe(run, anatomy, gradients, advice="")
    words = {**INSIDE, **texts.table("tour.pieces")}
    return Spec({**spec.facts, "kind": "tour_network", "name": name, "words": words}, spec.blob)


def _images(material: Material) -> list[dict[str, Any]]:
    """Pick the first test image of each class."""
    found, firsts = np.unique(material.labels, return_index=True)
    return [
        {
            "index": int(first),
            "label": material.subject.class_names[label],
            "levels": material.blob.add(np.ascontiguousarray(material.images[first]).tobytes()),
        }
        for label, first in list(zip(found, firsts, strict=True))[:MOST_IMAGES]
    ]
