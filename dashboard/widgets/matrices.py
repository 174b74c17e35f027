"""Confusion matrices that choose what every page shows."""

import numpy as np
import streamlit as st

from dashboard import cells as cells_of
from dashboard import loaders
from dashboard.components.matrix import matrix
from dashboard.components.sheet import Sheet
from dashboard.selection import Selection
from dashboard.widgets import frame, galleries, selecting
from dashboard.words import general as words
from pipeline.store.runs import Run


def confusion(
    run: Run,
    chosen: Selection,
    shown: str,
    diagonal: bool,
    *,
    titled: bool = False,
    second: bool = False,
) -> None:
    """Show a run's matrix.

    Args:
        run: whose.
        chosen: what is framed.
        shown: one of `cells.SHOWN`.
        diagonal: whether what is right is shown.
        titled: name the run above it.
        second: whether it is the second run.
    """
    metrics, names = run.info.metrics, run.class_names
    finding = words.top_confusion(metrics.confusions, names)
    title = f"{words.run_label(run)}: " if titled else ""
    st.markdown(f"**{words.plain(title + finding)}**")
    cells = loaders.cells(run, shown, diagonal, dark=frame.is_dark())
    sheet, places = None, np.empty(0, np.int64)
    if shown == "Pictures":
        sheet, places = _surest_images(run, diagonal)

    def pick(true: int | None, said: int | None) -> None:
        if second:
            selecting.toward(chosen, names, true, then=said)
        else:
            selecting.toward(chosen, names, true, predicted=said)

    matrix(
        cells,
        names,
        label=f"Confusion matrix of {words.run_label(run)}",
        key="matrix_then" if second else "matrix_predicted",
        on_pick=pick,
        true=chosen.true,
        predicted=chosen.then if second else chosen.predicted,
        sheet=sheet,
        places=places.tolist(),
    )
    if sheet is not None:
        st.caption("Each cell shows the image of which the network is surest.")


def difference(first: Run, second: Run, chosen: Selection) -> None:
    """Show what the second run mends and breaks; a click shows those images."""
    fixed, broken = loaders.changes(first, second)
    total_fixed, total_broken = int(np.trace(fixed)), int(np.trace(broken))
    st.markdown(f"**{words.changes(total_fixed, total_broken)}**")

    def pick(true: int | None, said: int | None) -> None:
        # The diagonal stands for its whole row.
        said = None if said == true else said
        change = None if true is None and said is None else "changed"
        selecting.toward(chosen, first.class_names, true, predicted=said, change=change)

    matrix(
        cells_of.changed(fixed, broken, frame.colours()),
        first.class_names,
        label="Changes from the first run to the second",
        key="matrix_changes",
        on_pick=pick,
        true=chosen.true if chosen.change else (),
        predicted=chosen.predicted if chosen.change else (),
    )
    st.caption(
        "Mistakes that the second run makes more (+) or no longer (−), by true class and by what "
        "was said instead; the diagonal sums up its row. Blue is better, red is worse."
    )


def _surest_images(run: Run, diagonal: bool) -> tuple[Sheet | None, np.ndarray]:
    """Return the surest image of each cell, and where in the sheet each lies."""
    dataset = galleries.images_of(run)
    surest = loaders.surest(run).copy()
    if not diagonal:
        surest[:: len(run.class_names) + 1] = -1
    there = surest >= 0
    if dataset is None or not there.any():
        return None, surest
    places = np.where(there, np.cumsum(there) - 1, -1)
    return galleries.sheet_of(dataset, surest[there]), places
