"""Which labels may be wrong, and what people said of them.

Suspicious labels are those to which the model, which never saw the image, gives the lowest
probability (Northcutt, Jiang, Chuang 2021, Confident learning).
"""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import loaders, state
from dashboard.selection import Selection
from dashboard.widgets import detail, frame, galleries, selecting
from dashboard.words import trust as trust_words
from pipeline.store import reviews
from pipeline.store.runs import Run

SUSPICIOUS, MARKED = "Suspicious", "Marked"
FIRST = 60  # images to look through at once


def images(run: Run, second: Run | None, chosen: Selection, marked: dict[int, str]) -> np.ndarray:
    """Find the images to show, most surprising first: int32 (m,) row numbers."""
    shown = st.segmented_control(
        "Images",
        [SUSPICIOUS, MARKED],
        default=SUSPICIOUS,
        required=True,
        key="labels_shown",
        label_visibility="collapsed",
        on_change=lambda: state.change(sample=None),
    )
    rows = loaders.rows(run, second, chosen, "most surprising first")
    return rows if shown == SUSPICIOUS else rows[np.isin(rows, list(marked))]


def marks_file(table: pd.DataFrame) -> None:
    """Offer the marks as a file, and say where they are kept."""
    st.download_button(
        "Marks as CSV",
        table.to_csv(index=False),
        file_name="marks.csv",
        mime="text/csv",
        icon=":material/download:",
        disabled=table.empty,
        on_click="ignore",
        key="marks_csv",
    )
    path = loaders.store().folder / reviews.REVIEWS
    st.caption(
        f"Marks are kept in `{path}`, beside the runs: training anew leaves them as they are. "
        + trust_words.unreadable(loaders.marks().damaged)
    )


run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
marks, table = loaders.marks(), loaders.marks_table(run)
fingerprint = run.info.dataset.fingerprint
marked = {index: ", ".join(marks.of(fingerprint, index)) for index in table["index"].tolist()}
given = table["tag"].value_counts()
frame.heading(
    "Labels",
    "The network has never seen these images; where it is sure that a label is wrong, look twice. "
    + trust_words.marked_so_far(
        len(marked), given.get(reviews.WRONG_LABEL, 0), given.get(reviews.AMBIGUOUS, 0)
    ),
)
selecting.bar(run, chosen)
dataset = galleries.images_of(run)
left, right = st.columns([3, 2], gap="large")
with left:
    rows = images(run, second, chosen, marked)
    if len(rows):
        st.caption(f"{len(rows):,} images, the least likely label first. Click one to look closer.")
        galleries.gallery_of(
            run,
            dataset,
            rows,
            "labels_gallery",
            "Test images, the least likely label first",
            lambda sample: state.change(sample=sample),
            chosen=chosen.sample,
            second=second,
            page_size=FIRST,
            notes=marked,
        )
    else:
        st.info("No image to show here.", icon=":material/flag:")
    marks_file(table)
with right:
    detail.one_of(run, second, dataset, rows, chosen)
