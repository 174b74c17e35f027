"""Which class is taken for which; a click on a cell shows its images."""

import streamlit as st

from dashboard import loaders
from dashboard.cells import SHOWN
from dashboard.selection import Selection
from dashboard.widgets import detail, frame, galleries, matrices, selecting
from dashboard.words import general as words
from pipeline.store.runs import Run

VIEWS = ("This run", "Side by side", "Difference")


def matrix(run: Run, second: Run | None, chosen: Selection) -> None:
    """Draw the matrix, or two, or what changed between them, with what changes the view."""
    view = VIEWS[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        if second is not None:
            view = st.segmented_control(
                "Runs", VIEWS, default=VIEWS[0], required=True, key="matrix_view",
                label_visibility="collapsed",
            )  # fmt: skip
        shown, diagonal = SHOWN[0], True
        if view != "Difference":
            shown = st.segmented_control(
                "Cells", SHOWN, default=SHOWN[0], required=True, key="matrix_cells",
                label_visibility="collapsed",
            )  # fmt: skip
            diagonal = st.toggle("Diagonal", value=True, key="matrix_diagonal")
    if second is not None and view == "Difference":
        matrices.difference(run, second, chosen)
    elif second is not None and view == "Side by side":
        matrices.confusion(run, chosen, shown, diagonal, titled=True)
        matrices.confusion(second, chosen, shown, diagonal, titled=True, second=True)
    else:
        matrices.confusion(run, chosen, shown, diagonal)


def images(run: Run, second: Run | None, chosen: Selection) -> None:
    """Show the chosen images, surest first, or the one that was picked of them."""
    if chosen.filters == Selection() and chosen.sample is None:
        st.info("Click a cell, or a class beside or above it.", icon=":material/touch_app:")
        return
    rows = loaders.rows(run, second, chosen, "surest first")
    sentence = words.chosen_images(len(rows), chosen, loaders.confusion(run), run.class_names)
    dataset = galleries.images_of(run)
    detail.one_or_all(run, second, dataset, rows, chosen, sentence, "cell_images")


@st.fragment  # what is outside stays as it is, which saves a third of the time
@frame.plainly
def explorer(run: Run) -> None:
    """Show the selection, the matrix, and the images that are chosen in it."""
    chosen = selecting.selection(run)
    second = selecting.second_run(run)
    selecting.bar(run, chosen)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        matrix(run, second, chosen)
    with right:
        images(run, second, chosen)


run = frame.current_run()
metrics = run.info.metrics
wrong = metrics.total - metrics.correct
frame.heading(
    "Confusion matrix",
    f"**{wrong:,} of {metrics.total:,}** test images lie off the diagonal: they are mistakes."
    if wrong
    else f"All {metrics.total:,} test images lie on the diagonal: no mistakes.",
)
explorer(run)
