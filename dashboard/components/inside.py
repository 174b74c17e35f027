"""The view inside a network, which computes in the browser; its scripts are built from `web/`."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.components.live_pad import component
from pipeline import words
from pipeline.ink import drawing
from pipeline.serving.examples import Example


@dataclass(frozen=True)
class Asked:
    """What the view asks for, as the browser sent it, unchecked.

    Attributes:
        chosen: [layer, map] to say what excites it; None for nothing.
        switched: the maps and units that are switched off or scaled, as [gate, factor] pairs, if
            it is asked what that changes on all test images; None otherwise.
    """

    chosen: Any
    switched: Any


def inside(packed: bytes, reported: Callable[[], None], key: str) -> Asked:
    """Show the network inside; the picture comes separately, so that another one is quick.

    Args:
        packed: the run, from `inside_spec.describe`.
        reported: called when the view asks for something, a moment after what made it ask.
        key: unique on the page.
    """
    result = component(key=key, data=packed, on_switched_change=reported, on_chosen_change=reported)
    return Asked(result.get("chosen"), result.get("switched"))


@dataclass(frozen=True)
class Picture:
    """An image for the view.

    Attributes:
        name: differs where the image does.
        image: uint8 (height, width, channels).
    """

    name: str
    image: np.ndarray

    @property
    def facts(self) -> dict[str, str]:
        """It as `web/src/inside/mount.js` reads it."""
        return {"id": self.name, "levels": _levels(self.image)}


def picture(shown: Picture, other: Picture | None, said: dict[str, str], key: str) -> None:
    """Give the view a picture; this shows nothing by itself.

    Args:
        shown: the picture.
        other: one to compare it with.
        said: a sentence about the `other` picture and about the `second` run, as far as there are.
        key: unique on the page.
    """
    compared = other.facts if other else None
    component(key=key, data={"picture": {**shown.facts, "other": compared, "said": said}})


def sketch(image: Picture, shape: Sequence[int], said: dict[str, str], key: str) -> None:
    """Show a pad, and give the view what is drawn on it while the pen moves.

    Args:
        image: what the view gets as long as nothing is drawn; its name says what it is.
        shape: (height, width, channels) of what the network takes.
        said: a sentence about the `second` run, if there is one.
        key: unique on the page.
    """
    shown = {"about": image.name, "levels": _levels(image.image)}
    facts = {"shape": list(shape), "frame": drawing.FRAME, "images": [shown]}
    component(key=key, data={"sketch": {**facts, "words": words.SKETCH, "said": said}})


def examples(
    layer: int, map_: int, shown: Sequence[Example], images: Sequence[np.ndarray], key: str
) -> None:
    """Give the view what excites a map; this shows nothing by itself.

    Args:
        layer, map_: which one.
        shown: what excites it, strongest first.
        images: uint8 (height, width, channels), one for each.
        key: unique on the page.
    """
    listed = [
        {
            "levels": _levels(image),
            "index": one.image,
            "rows": one.rows,
            "columns": one.columns,
            "activation": one.activation,
        }
        for one, image in zip(shown, images, strict=True)
    ]
    component(key=key, data={"examples": {"of": [layer, map_], "images": listed}})


def _levels(image: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(image).tobytes()).decode("ascii")


def beside(packed: bytes, key: str) -> None:
    """Give the view a second run; this shows nothing by itself.

    Args:
        packed: the run, from `inside_spec.describe`.
        key: unique on the page.
    """
    component(key=key, data=packed)
