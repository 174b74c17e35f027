"""Which class is taken for which; a click on a cell shows its images."""

import streamlit as st

from dashboard import address, loaders
from dashboard.cells import SHOWN
from dashboard.selection import CHANGE, SAMPLE, Selection
from dashboard.view import View
from dashboard.widgets import (
    choices,
    detail,
    frame,
    galleries,
    matrices,
    matrix_stage,
    opening,
    selection_bar,
)
from dashboard.widgets.matrices import VIEWS
from dashboard.words import runs as run_words
from dashboard.words import selection as selection_words
from pipeline.store.run_folder import Run


def controls(view: View) -> tuple[str, str, bool]:
    """Let people choose which matrices to see, what fills the cells, and the diagonal or not."""
    shows, shown, diagonal = VIEWS[0], SHOWN[0], True
    with st.container(horizontal=True, vertical_alignment="center"):
        if view.second is not None:
            differ = VIEWS[2] if view.chosen.change else None
            shows = choices.segmented(
                "matrix_view", "Runs", VIEWS, implied=differ, voids=[CHANGE, SAMPLE]
            )
        if shows != VIEWS[2]:
            shown = choices.segmented("matrix_cells", "Cells", SHOWN)
            diagonal = choices.toggle("matrix_diagonal", "Diagonal", default=True)
    return shows, shown, diagonal


def side_by_side(view: View, second: Run, shown: str, diagonal: bool) -> None:
    """Draw the matrices of both runs over the whole width, where there is room for two."""
    for place, run in zip(st.columns(2, gap="medium"), (view.run, second), strict=True):
        with place:
            matrices.confusion(view, run, shown, diagonal, titled=True)


def images(view: View) -> None:
    """Show the selected images, most confident first, or the one that was picked."""
    run, chosen = view.run, view.chosen
    if chosen.filters == Selection() and chosen.sample is None:
        st.info(
            "Click a cell, or a class name in the header, to see its images.",
            icon=":material/touch_app:",
        )
        return
    rows = loaders.rows(view, "most confident first")
    sentence = selection_words.chosen_images(
        len(rows), chosen, loaders.confusion(run), run.class_names
    )
    detail.one_or_all(view, galleries.images_of(run), rows, sentence, "cell_images")


@st.fragment  # only this part of the page reruns, which saves a third of the time
@frame.plainly
def explorer() -> None:
    """Show the selection, the matrix, and the selected images."""
    view = opening.view()
    selection_bar.bar(view)
    shows, shown, diagonal = controls(view)
    if view.second is not None and shows == VIEWS[1]:
        side_by_side(view, view.second, shown, diagonal)
        images(view)
        return
    left, right = st.columns([5, 3], gap="medium")
    with left:
        if view.second is not None and shows == VIEWS[2]:
            matrices.difference(view, view.second)
        else:
            matrices.confusion(view, view.run, shown, diagonal)
    with right:
        images(view)


view = opening.view()
if address.presenting():
    matrix_stage.present(view, *controls(view))
said = run_words.off_diagonal(view.run.info.metrics)
frame.heading("Confusion matrix", said, "confusion_matrix", "test_set")
explorer()
