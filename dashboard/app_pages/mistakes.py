"""Every misclassified test image, or those that the selection asks for."""

from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.view import View
from dashboard.widgets import (
    detail,
    frame,
    galleries,
    highlights,
    marking,
    opening,
    selection_bar,
    stage,
)
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline.data.datasets import Dataset
from pipeline.words import counted

SIZE = "mistakes_size"


def rows_in_order(view: View) -> np.ndarray:
    """Let people choose an order, and return the images to show."""
    # Only mistakes, unless the selection says otherwise.
    chosen = view.chosen
    wanted = chosen if chosen.outcome or chosen.change else replace(chosen, outcome="wrong")
    order = galleries.order_picker(view.run, "mistakes_order", "most confident first")
    return loaders.rows(replace(view, chosen=wanted), order)


def gallery(view: View, dataset: Dataset | None, rows: np.ndarray) -> None:
    """Show the images, or say that there are none."""
    if len(rows) == 0:
        st.info(selection_words.NOTHING_FITS, icon=":material/filter_alt_off:")
        if view.run.info.metrics.correct == view.run.info.metrics.total:
            highlights.invitation(view.run)
        return
    st.caption(f"{text.images(len(rows))}. Click one for details.")
    galleries.gallery_of(
        view,
        dataset,
        rows,
        "mistakes_gallery",
        "Test images" if view.chosen.outcome == "right" or view.chosen.change else "Mistakes",
        lambda sample: address.change(sample=sample),
        framed=view.chosen.sample,
        page_size=st.session_state[SIZE],
    )


@st.fragment  # only this part of the page reruns, which saves a third of the time
@frame.plainly
def explorer() -> None:
    """Show the selection, its images, and one of them in detail."""
    view = opening.view()
    selection_bar.bar(view)
    dataset = galleries.images_of(view.run)
    left, right = st.columns([3, 2], gap="large")
    with left:
        wide, narrow = st.columns([3, 1])
        with narrow:
            galleries.size_picker(SIZE)
        with wide:
            rows = rows_in_order(view)
        gallery(view, dataset, rows)
        marking.several(view.run.info.dataset.fingerprint, rows, st.session_state[SIZE])
    with right:
        detail.one_of(view, dataset, rows, page_size=st.session_state[SIZE])


def sentence(view: View) -> str:
    """Say how many mistakes there are, and how many of them are confident."""
    metrics = view.run.info.metrics
    wrong = metrics.total - metrics.correct
    if not wrong:
        return f"None: all {counted(metrics.total, 'test image')} are classified correctly."
    sure = replace(selection_bar.MISTAKES, confidence=(0.9, 1.0))
    confident = len(loaders.rows(replace(view, chosen=sure), "most confident first"))
    return selection_words.mistakes(wrong, metrics.total, confident)


view = opening.view()
detail.alone("Mistakes", view)
frame.heading("Mistakes", sentence(view), "test_set", "confidence")
stage.alone(
    lambda: galleries.on_stage(
        view, galleries.images_of(view.run), rows_in_order(view), "mistakes_gallery", "Mistakes"
    ),
    view=view,
)
explorer()
