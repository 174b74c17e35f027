"""What a sweep searches: a range for each of a few settings, and how many settings it tries."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.widgets import explaining, job_forms
from dashboard.words import sweeps as sweep_words
from pipeline.sweeps.plan import BUDGET, SEARCHED

MOST_TRIED = 50
RATES = tuple(float(f"{digit}e{power}") for power in (-4, -3, -2, -1) for digit in (1, 2, 5))
STRENGTHS = tuple(step / 10 for step in range(21))
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
ENDS: dict[str, Sequence[float]] = {  # where a range of each setting can begin and end
    "learning_rate": RATES,
    "augmentation": STRENGTHS,
    "label_smoothing": SHARES,
}


@dataclass(frozen=True)
class Searched:
    """What is searched.

    Attributes:
        bounds: from – to, by setting; the same value twice for a fixed one.
        budget: how many settings are tried; see `plan.Sweep`.
    """

    bounds: dict[str, tuple[float, float]]
    budget: int


def asked() -> Searched:
    """Ask what to search; nothing, unless somebody chooses it."""
    chosen = st.multiselect(
        "Search for better settings",
        SEARCHED,
        format_func=_named,
        key=job_forms.recalled("sweep_searched"),
        placeholder="none: each preset’s own",
        help=sweep_words.SEARCH,
    )
    if not chosen:
        return Searched({}, BUDGET)
    *places, last = st.columns(len(chosen) + 1, gap="medium")
    bounds: dict[str, tuple[float, float]] = {}
    for name, place in zip(chosen, places, strict=True):
        with place:
            bounds[name] = st.select_slider(
                f"{_named(name).capitalize()}, from – to",
                ENDS[name],
                job_forms.kept(f"sweep_{name}"),  # it has two ends only if its value has
                format_func=lambda value: f"{value:g}",
                key=f"sweep_{name}",
                help=explaining.hover(name),
            )
    tried = last.number_input(
        "Settings to try",
        1,
        MOST_TRIED,
        key=job_forms.recalled("sweep_budget"),
        help=sweep_words.TRIED,
    )
    return Searched(bounds, int(tried))


def _named(setting: str) -> str:
    return setting.replace("_", " ")
