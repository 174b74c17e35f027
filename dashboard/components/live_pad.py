"""The pad that predicts in the browser while the pen moves; its scripts are built from `web/`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pipeline import words

# One for all that computes in the browser: its runtime can be loaded only once in a page.
component = st.components.v2.component(
    "inkling.live_pad", html='<div class="root"></div>', js="live_pad.js"
)


@dataclass(frozen=True)
class Answer:
    """What a network predicts.

    Attributes:
        label: whose answer it is.
        class_names: one name per class.
        probabilities: float (classes,).
        is_ood: whether the image is out of distribution.
    """

    label: str
    class_names: Sequence[str]
    probabilities: np.ndarray
    is_ood: bool


def live_pad(packed: bytes, reported: Callable[[], None], key: str) -> Any:
    """Show the pad.

    Args:
        packed: the runs that predict, from `pad_spec.Spec.packed`.
        reported: called when something was drawn, a moment after.
        key: unique on the page.

    Returns:
        The strokes as the browser sent them, unchecked; None while nothing is drawn.
    """
    result = component(key=key, data=packed, on_drawing_change=reported)
    drawn = result.get("drawing")
    return drawn.get("strokes") if isinstance(drawn, dict) else None


def layers(key: str) -> None:
    """Show here what the layers compute from the drawing on the pad.

    Args:
        key: unique on the page.
    """
    component(key=key, data={"shows": "layers"})


def answers(shown: Sequence[Answer], key: str) -> None:
    """Show what the server predicted as the pad shows its own predictions.

    Args:
        shown: one per network, side by side.
        key: unique on the page.
    """
    listed = [
        {
            "label": answer.label,
            "classes": list(answer.class_names),
            "shares": [float(share) for share in answer.probabilities],
            "is_ood": answer.is_ood,
        }
        for answer in shown
    ]
    component(key=key, data={"words": words.PAD, "answers": listed})
