"""Which class is taken for which; a click on a cell shows its images."""

import streamlit as st

from dashboard import loaders
from dashboard.cells import SHOWN
from dashboard.selection import CHANGE, SAMPLE, Selection
from dashboard.view import View
from dashboard.widgets import choices, detail, frame, galleries, matrices, opening, selection_bar
from dashboard.words import selection as selection_words
from pipeline.words import counted

VIEWS = ("This run", "Side by side", "Difference")


def matrix(view: View) -> None:
    """Draw one matrix, two, or their difference, with the controls that choose between them."""
    shows, second = VIEWS[0], view.second
    with st.container(horizontal=True, vertical_alignment="center"):
        if second is not None:
            differ = "Difference" if view.chosen.change else None
            shows = choices.segmented(
                "matrix_view", "Runs", VIEWS, implied=differ, voids=[CHANGE, SAMPLE]
            )
        shown, diagonal = SHOWN[0], True
        if shows != "Difference":
            shown = choices.segmented("matrix_cells", "Cells", SHOWN)
            diagonal = choices.toggle("matrix_diagonal", "Diagonal", default=True)
    if second is not None and shows == "Difference":
        matrices.difference(view, second)
    elif second is not None and shows == "Side by side":
        for run in (view.run, second):
            matrices.confusion(view, run, shown, diagonal, titled=True)
    else:
        matrices.confusion(view, view.run, shown, diagonal)


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
    left, right = st.columns([5, 3], gap="medium")
    with left:
        matrix(view)
    with right:
        images(view)


metrics = opening.view().run.info.metrics
wrong = metrics.total - metrics.correct
frame.heading(
    "Confusion matrix",
    f"**{wrong:,} of {metrics.total:,}** test images "
    f"{'is off the diagonal: a mistake' if wrong == 1 else 'are off the diagonal: the mistakes'}."
    if wrong
    else f"All {counted(metrics.total, 'test image')} are on the diagonal: no mistakes.",
)
explorer()
