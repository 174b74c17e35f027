"""Every misclassified test image, or whatever the selection says."""

from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard import loaders, state
from dashboard.selection import Selection
from dashboard.widgets import detail, frame, galleries, selecting
from dashboard.words import general as words
from pipeline.data.datasets import Dataset
from pipeline.store.runs import Run

SIZE = "mistakes_size"


def chosen_rows(run: Run, second: Run | None, chosen: Selection) -> np.ndarray:
    """Let people choose an order and a size, and return the images that are meant."""
    # Only what is misread, unless the selection says what it wants.
    wanted = chosen if chosen.outcome or chosen.change else replace(chosen, outcome="wrong")
    wide, narrow = st.columns([3, 1])
    with narrow:
        galleries.size_picker(SIZE)
    with wide:
        order = galleries.order_picker(run, "mistakes_order", "surest first")
    return loaders.rows(run, second, wanted, order)


def gallery(
    run: Run, second: Run | None, dataset: Dataset | None, rows: np.ndarray, chosen: Selection
) -> None:
    """Show the images, or say that there are none."""
    if len(rows) == 0:
        st.info("No image fits this selection.", icon=":material/filter_alt_off:")
        if run.info.metrics.correct == run.info.metrics.total:
            st.page_link(
                "app_pages/draw.py", label="Try to fool it by drawing", icon=":material/draw:"
            )
        return
    st.caption(f"{words.images(len(rows))}. Click one to look closer.")
    galleries.gallery_of(
        run,
        dataset,
        rows,
        "mistakes_gallery",
        "The chosen test images",
        lambda sample: state.change(sample=sample),
        chosen=chosen.sample,
        second=second,
        page_size=st.session_state[SIZE],
    )


@st.fragment  # what is outside stays as it is, which saves a third of the time
@frame.plainly
def explorer(run: Run) -> None:
    """Show the selection, its images, and one of them from near."""
    chosen = selecting.selection(run)
    second = selecting.second_run(run)
    selecting.bar(run, chosen)
    dataset = galleries.images_of(run)
    left, right = st.columns([3, 2], gap="large")
    with left:
        rows = chosen_rows(run, second, chosen)
        gallery(run, second, dataset, rows, chosen)
    with right:
        detail.one_of(run, second, dataset, rows, chosen)


run = frame.current_run()
metrics = run.info.metrics
wrong = metrics.total - metrics.correct
if wrong:
    sure = replace(selecting.MISTAKES, confidence=(0.9, 1.0))
    sentence = (
        f"**{wrong:,} of {metrics.total:,}** test images are misread, "
        f"{len(loaders.rows(run, None, sure, 'surest first')):,} of them with more than 90 % "
        "confidence."
    )
else:
    sentence = f"None: all {metrics.total:,} test images are right."
frame.heading("Mistakes", sentence)
explorer(run)
