"""The confusion matrix, or what is selected in it, as it is presented to a room."""

import streamlit as st

from dashboard import loaders
from dashboard.view import View
from dashboard.widgets import detail, frame, galleries, matrices, stage
from dashboard.widgets.matrices import VIEWS
from dashboard.words import runs as run_words
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline.analysis import metrics
from pipeline.store.run_folder import Run

TITLE = "Confusion matrix"


def present(view: View, shows: str, shown: str, diagonal: bool) -> None:
    """Present the image or the images that are selected, else the matrix, and end the page.

    Args:
        view: the runs and the selection.
        shows: one of `matrices.VIEWS`.
        shown, diagonal: what fills the cells, as in `matrices.confusion`.
    """
    second, chosen = view.second, view.chosen
    detail.alone(TITLE, view)
    if second is not None and shows == VIEWS[2] and not chosen.cell:
        fixed, broken = loaders.changes(view, second)
        said = selection_words.changes(int(fixed.trace()), int(broken.trace()))
        frame.heading(TITLE, f"{said}.")
        stage.alone(lambda: matrices.difference(view, second), stage.BESIDE)
    if chosen.filters != chosen.narrowing:
        _images(view)
    frame.heading(TITLE, _sentence(view))
    if second is not None and shows == VIEWS[1]:
        stage.alone(lambda: _both(view, second, shown, diagonal), view=view)
    one = view.run
    stage.alone(lambda: matrices.confusion(view, one, shown, diagonal), stage.BESIDE, view=view)


def _sentence(view: View) -> str:
    """Say how many mistakes there are, and which is the most frequent one."""
    found = metrics.top_confusions(loaders.selected_confusion(view, view.run))
    finding = run_words.top_confusion(found, view.run.class_names)
    return f"{run_words.off_diagonal(view.run.info.metrics)} {text.plain(finding)}."


def _images(view: View) -> None:
    run, rows = view.run, loaders.rows(view, loaders.CONFIDENT)
    counts = loaders.confusion(run)
    frame.heading(
        TITLE, selection_words.chosen_images(len(rows), view.chosen, counts, run.class_names)
    )
    dataset = galleries.images_of(run)
    label = "The selected images"
    stage.alone(lambda: galleries.on_stage(view, dataset, rows, "cell_images", label), view=view)


def _both(view: View, second: Run, shown: str, diagonal: bool) -> None:
    with st.container(key="duo"):
        for run in (view.run, second):
            with st.container():
                matrices.confusion(view, run, shown, diagonal, titled=True)
