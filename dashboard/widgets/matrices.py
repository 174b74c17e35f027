"""Confusion matrices; a click changes the selection of all pages."""

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard import cells as cells_of
from dashboard.components.matrix import matrix
from dashboard.components.sheet import Sheet
from dashboard.selection import Selection
from dashboard.view import View
from dashboard.widgets import frame, galleries, selection_bar
from dashboard.words import runs as run_words
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline.analysis import metrics
from pipeline.store.run_folder import Run

VIEWS = ("This run", "Side by side", "Difference")


def confusion(view: View, run: Run, shown: str, diagonal: bool, *, titled: bool = False) -> None:
    """Show a run's matrix, of the images that match the other filters.

    Args:
        view: what is selected; its cell is framed.
        run: whose matrix: the view's first or second run.
        shown: one of `cells.SHOWN`.
        diagonal: whether to show correct predictions.
        titled: whether to name the run above it.
    """
    chosen, names, second = view.chosen, run.class_names, run is view.second
    counts = loaders.selected_confusion(view, run)
    finding = run_words.top_confusion(metrics.top_confusions(counts), names)
    title = f"{loaders.label(run)}: " if titled else ""
    if titled or not address.presenting():
        st.markdown(f"**{text.plain(title + finding)}**")
        narrowed(view)
    cells = loaders.cells(counts, shown, diagonal, dark=frame.is_dark())
    sheet, places = None, np.empty(0, np.int64)
    if shown == "Pictures":
        sheet, places = _most_confident_images(view, run, diagonal)

    def pick(true: int | None, said: int | None) -> None:
        if second:
            selection_bar.toward(chosen, names, true, second_predicted=said)
        else:
            selection_bar.toward(chosen, names, true, predicted=said)

    matrix(
        cells,
        names,
        about=frame.about(finding, "confusion-matrix", [run]),
        key="matrix_second_predicted" if second else "matrix_predicted",
        on_pick=pick,
        true=chosen.true,
        predicted=chosen.second_predicted if second else chosen.predicted,
        sheet=sheet,
        places=places.tolist(),
    )
    if sheet is not None and not address.presenting():
        st.caption("Each cell shows its most confident image.")


def narrowed(view: View) -> None:
    """Say which images a matrix counts, if not all."""
    if view.chosen.narrowing != Selection():
        st.caption(selection_words.narrowed(len(loaders.selected(view))))


def difference(view: View, second: Run) -> None:
    """Show what the second run fixes and newly breaks; a click shows those images."""
    first, chosen = view.run, view.chosen
    fixed, broken = loaders.changes(view, second)
    total_fixed, total_broken = int(np.trace(fixed)), int(np.trace(broken))
    finding = selection_words.changes(total_fixed, total_broken)
    if not address.presenting():
        st.markdown(f"**{finding}**")
        narrowed(view)

    def pick(true: int | None, said: int | None) -> None:
        # A cell on the diagonal represents its whole row.
        said = None if said == true else said
        change = None if true is None and said is None else "changed"
        selection_bar.toward(chosen, first.class_names, true, predicted=said, change=change)

    matrix(
        cells_of.changed(fixed, broken, frame.colors()),
        first.class_names,
        about=frame.about(finding, "changes", [first, second]),
        key="matrix_changes",
        on_pick=pick,
        true=chosen.true if chosen.change else (),
        predicted=chosen.predicted if chosen.change else (),
    )
    st.caption(
        "✓ mistakes that the second run fixes, ✗ new ones, by true class and wrong prediction; the "
        "diagonal has the total of each row. Blue: the second run is better; red: worse."
    )


def _most_confident_images(view: View, run: Run, diagonal: bool) -> tuple[Sheet | None, np.ndarray]:
    """Return the most confident image of each cell, and its place in the sheet."""
    # Beside a selection, the images of the selection offer it.
    chosen = view.chosen
    alone = chosen.filters == Selection() and chosen.sample is None and run is view.run
    dataset = galleries.images_of(run, offers=alone)
    most_confident = loaders.most_confident(view, run)
    if not diagonal:
        most_confident[:: len(run.class_names) + 1] = -1
    there = most_confident >= 0
    if dataset is None or not there.any():
        return None, most_confident
    places = np.where(there, np.cumsum(there) - 1, -1)
    return galleries.sheet_of(dataset, most_confident[there]), places
