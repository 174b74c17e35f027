"""Strips of pictures: one image perturbed step by step, with predictions and probabilities.

A strip scrolls by itself where it is wider than the page.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_strips",
    html='<div class="strips"><p class="legend"></p><div class="list"></div></div>',
    css=(HERE / "strips.css").read_text("utf-8"),
    js=(HERE / "strips.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Band:
    """Steps side by side that are read alike.

    Attributes:
        first, count: which, and how many.
        text: the predicted class, in few letters.
        whole: the same in full.
        same: whether the prediction is that of the unchanged image.
    """

    first: int
    count: int
    text: str
    whole: str
    same: bool


@dataclass(frozen=True)
class Track:
    """What one run says of a strip.

    Attributes:
        name: a few letters that stand before its bands.
        bands: of all steps, in order.
        shares: the probability of the unchanged image's class, in [0, 1], a step.
        decision_boundary: the first step to either side that is read otherwise.
    """

    name: str
    bands: Sequence[Band]
    shares: Sequence[float]
    boundaries: Sequence[int]


@dataclass(frozen=True)
class Strip:
    """One image under one kind of change.

    Attributes:
        finding: what the strip shows, in a sentence above it.
        alt: what a screen reader is told.
        unit: of the values.
        values: under each picture.
        neutral: which step is the unchanged image.
        source: all pictures side by side, as a data URI.
        hints: what a pointer resting on a picture is told.
        tracks: one a run, at most two.
        second: what the second run's track shows, in a sentence.
    """

    finding: str
    alt: str
    unit: str
    values: Sequence[str]
    neutral: int
    source: str
    hints: Sequence[str]
    tracks: Sequence[Track]
    second: str = ""


def strips(
    shown: Sequence[Strip], *, colors: Sequence[str], legend: Sequence[str] = (), key: str
) -> None:
    """Show strips one below the other.

    Args:
        shown: the strips, each with the same tracks.
        colors: a color a track, as "#rrggbb".
        legend: what each track is, where there are two.
        key: unique on the page.
    """
    listed = [asdict(strip) for strip in shown]
    _component(key=key, data={"strips": listed, "colors": list(colors), "legend": list(legend)})
