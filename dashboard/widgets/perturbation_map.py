"""How the prediction changes as an image is shifted, rotated, scaled, and ink thickened."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import streamlit as st

from dashboard import images, loaders
from dashboard.components.strips import Band, Strip, Track, strips
from dashboard.figures.layout import cut
from dashboard.widgets import explaining, frame
from dashboard.words import perturbations as perturbation_words
from dashboard.words import text
from pipeline.ink import perturbations
from pipeline.ink.inputs import Given
from pipeline.ink.perturbations import Sweep
from pipeline.store.run_folder import Run


def perturbation_map(runs: Sequence[Run], given: Given, key: str) -> None:
    """Show how far an image can be perturbed before the prediction changes.

    Args:
        runs: the runs that predict; the second is left out, with a note, if its network takes
            images of a different size or has different classes.
        given: the image as the network sees it.
        key: unique on the page.
    """
    run, *others = runs
    if others and not _comparable(run, *others):
        runs = [run]
        st.caption("The second run is left out: its images or classes are different.")
    is_ink = run.info.dataset.mnist_framed
    sweeps = perturbations.sweeps(given.image, is_ink=is_ink)
    together = np.concatenate([sweep.images for sweep in sweeps])
    ends = np.cumsum([len(sweep.values) for sweep in sweeps])[:-1]
    shares = [np.split(loaders.graph(one).probabilities(together), ends) for one in runs]
    shown = [
        _strip(sweep, list(of_runs), runs, is_ink=is_ink)
        for sweep, of_runs in zip(sweeps, zip(*shares, strict=True), strict=True)
    ]
    st.caption(
        "Above each picture: the predicted class; a line marks a decision boundary. Below: the "
        "probability of the class predicted for the unchanged image, which is framed.",
        help=explaining.hover("perturbation", "decision_boundary"),
    )
    palette = frame.colors()
    legend = loaders.labels(runs) if len(runs) > 1 else []
    colors = palette.categorical[:2] if legend else [palette.accent]
    strips(shown, colors=colors, legend=legend, key=key)


def bands(names: list[str], neutral: int) -> list[Band]:
    """Join neighboring steps with the same prediction."""
    joined, first = [], 0
    for name, alike in groupby(names):
        count = len(list(alike))
        same = name == names[neutral]
        shown = cut(name) if same or count == 1 else f"then {cut(name)}"
        joined.append(Band(first, count, shown, name, same))
        first += count
    return joined


def _comparable(run: Run, second: Run) -> bool:
    return (run.info.input_shape, run.class_names) == (second.info.input_shape, second.class_names)


def _strip(sweep: Sweep, shares: list[np.ndarray], runs: Sequence[Run], *, is_ink: bool) -> Strip:
    """Lay out one sweep.

    Args:
        sweep: the images.
        shares: for each run, float (steps, classes).
        runs: whose shares they are.
        is_ink: whether the images are light ink on black.
    """
    predicted = [of_run.argmax(axis=1) for of_run in shares]
    class_names = runs[0].class_names
    readings = [[class_names[label] for label in of_run] for of_run in predicted]
    broken = [perturbations.decision_boundary(of_run, sweep.neutral) for of_run in predicted]
    finding, *others = [
        perturbation_words.held(sweep, names, steps)
        for names, steps in zip(readings, broken, strict=True)
    ]
    second = "".join(f"The second run: {text.within(other)}" for other in others)
    labels = ["predicted"] if len(shares) == 1 else ["run", "second"]
    tracks = [
        Track(
            name=label,
            bands=bands(names, sweep.neutral),
            shares=of_run[:, of_run[sweep.neutral].argmax()].tolist(),
            boundaries=[step for step in steps if step is not None],
        )
        for label, names, of_run, steps in zip(labels, readings, shares, broken, strict=True)
    ]
    hints = [
        perturbation_words.hint(
            sweep.kind,
            value,
            neutral=step == sweep.neutral,
            readings=[
                (names[step], float(of_run[step].max()))
                for names, of_run in zip(readings, shares, strict=True)
            ],
        )
        for step, value in enumerate(sweep.values)
    ]
    # All pictures side by side are one image.
    side_by_side = np.concatenate(list(sweep.images), axis=1)
    return Strip(
        finding=finding,
        second=second,
        alt=perturbation_words.told(f"{finding}. {second}", sweep, readings[0]),
        about=frame.about(finding, f"perturbation-{sweep.kind}", runs),
        unit=perturbation_words.UNITS[sweep.kind],
        values=[perturbation_words.tick(sweep.kind, value) for value in sweep.values],
        neutral=sweep.neutral,
        source=images.data_uri(
            images.for_screen(side_by_side, mnist_framed=is_ink, dark=frame.is_dark())
        ),
        hints=hints,
        tracks=tracks,
    )
