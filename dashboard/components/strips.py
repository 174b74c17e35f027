"""Strips of pictures: one image perturbed step by step, with predictions and probabilities.

A strip scrolls by itself where it is wider than the page.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard.components import export
from dashboard.components.export import About

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_strips",
    html='<div class="strips"><p class="legend"></p><div class="list"></div></div>',
    css=export.STYLE + (HERE / "strips.css").read_text("utf-8"),
    js=export.SCRIPT + (HERE / "strips.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Band:
    """Neighboring steps with the same prediction.

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
    """What one run predicts for a strip.

    Attributes:
        name: a few letters shown before its bands.
        bands: of all steps, in order.
        shares: the probability of the unchanged image's class, in [0, 1], for each step.
        boundaries: the first step to either side with a different prediction.
    """

    name: str
    bands: Sequence[Band]
    shares: Sequence[float]
    boundaries: Sequence[int]


@dataclass(frozen=True)
class Strip:
    """One image under one kind of perturbation.

    Attributes:
        finding: what the strip shows, in a sentence above it.
        alt: the text for screen readers.
        about: what it shows, for downloads.
        unit: of the values.
        values: the number under each picture.
        neutral: which step is the unchanged image.
        source: all pictures side by side, as a data URI.
        hints: the tooltip of each picture.
        tracks: one per run, at most two.
        second: what the second run's track shows, in a sentence.
    """

    finding: str
    alt: str
    about: About
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
        colors: one per track, as "#rrggbb".
        legend: names the tracks, if there are two.
        key: unique on the page.
    """
    listed = [asdict(strip) for strip in shown]
    _component(key=key, data={"strips": listed, "colors": list(colors), "legend": list(legend)})
