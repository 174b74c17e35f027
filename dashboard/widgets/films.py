"""The film of a training, for its view: as it stands now, or to be replayed."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from dashboard import images, loaders
from dashboard.components.film import Reel, film
from dashboard.view import View
from dashboard.widgets import explaining, frame, galleries
from dashboard.words import text
from pipeline.store.run_folder import Run, RunDamaged


def reel(
    title: str, described: Mapping[str, Any], pinned: Iterable[np.ndarray], *, mnist_framed: bool
) -> Reel:
    """Return a film as its view takes it.

    Args:
        title: above it; "" for none.
        described: see `export.film_spec`.
        pinned: the pinned images, uint8 (height, width, channels) each; none if they are missing.
        mnist_framed: whether they are light ink on black.
    """
    dark = frame.is_dark()
    shown = [images.for_screen(image, mnist_framed=mnist_framed, dark=dark) for image in pinned]
    return Reel(title, described, tuple(map(images.data_uri, shown)))


def replay(view: View) -> None:
    """Replay how the chosen runs learned, epoch by epoch; say which of them have no film."""
    described = {run.id: _film(run) for run in view.runs}
    filmed = [run for run in view.runs if described[run.id]]
    if not filmed:
        return
    finding = "How they learned" if len(filmed) > 1 else "How it learned"
    st.subheader(finding, help=explaining.hover("film", "epoch", "validation", "confusion_matrix"))
    names = dict(
        zip([run.id for run in view.runs], loaders.labels(view.runs, short=True), strict=True)
    )
    if missing := [names[run.id] for run in view.runs if run not in filmed]:
        st.caption(text.plain(f"There is no film of {' or '.join(missing)}."))
    shown = [_reel(run, names[run.id], described[run.id] or {}) for run in filmed]
    film(shown, frame.colors(), key="film", about=frame.about(finding, "film", filmed))


def _film(run: Run) -> Mapping[str, Any] | None:
    """Describe a run's film; one that is damaged is as good as none."""
    try:
        return loaders.film(run)
    except RunDamaged:
        return None


def _reel(run: Run, name: str, described: Mapping[str, Any]) -> Reel:
    dataset = loaders.dataset(run) if galleries.has_images(run) else None
    pinned = loaders.pinned(run, dataset) if dataset is not None else ()
    framed = dataset is not None and dataset.mnist_framed
    return reel(name, described, pinned, mnist_framed=framed)
