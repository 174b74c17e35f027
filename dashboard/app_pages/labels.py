"""Which labels may be wrong, and how people marked them.

Suspicious labels are those to which the network, which never saw the image, gives the lowest
probability (Northcutt, Jiang, Chuang 2021, Confident learning).
"""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import address, loaders
from dashboard.selection import SAMPLE
from dashboard.view import View
from dashboard.widgets import choices, detail, frame, galleries, marking, opening, selection_bar
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline.store import reviews

SUSPICIOUS, MARKED = "Suspicious", "Marked"
FIRST = 60  # images on a page


def images(view: View, marked: dict[int, str]) -> np.ndarray:
    """Find the images to show, highest loss first: int32 (m,) row numbers."""
    shown = choices.segmented("labels_shown", "Images", (SUSPICIOUS, MARKED), voids=[SAMPLE])
    rows = loaders.rows(view, "highest loss first")
    return rows if shown == SUSPICIOUS else rows[np.isin(rows, list(marked))]


def marks_file(table: pd.DataFrame) -> None:
    """Offer the marks as a file, and say where they are kept."""
    st.download_button(
        "Download marks (CSV)",
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
        f"Marks are kept in `{path}`, beside the runs; training again doesn't change them. "
        + trust_words.unreadable(loaders.marks().damaged)
    )


view = opening.view()
marks, table = loaders.marks(), loaders.marks_table(view.run)
fingerprint = view.run.info.dataset.fingerprint
marked = {index: ", ".join(marks.of(fingerprint, index)) for index in table["index"].tolist()}
given = table["tag"].value_counts()
frame.heading(
    "Labels",
    f"{trust_words.of_labels(seen=view.run.info.saw_test_images)} "
    + trust_words.marked_so_far(
        len(marked), given.get(reviews.WRONG_LABEL, 0), given.get(reviews.AMBIGUOUS, 0)
    ),
    "label",
    "loss",
)
selection_bar.bar(view)
dataset = galleries.images_of(view.run)
left, right = st.columns([3, 2], gap="large")
with left:
    rows = images(view, marked)
    if len(rows):
        st.caption(f"{text.images(len(rows))}, least likely label first. Click one for details.")
        galleries.gallery_of(
            view,
            dataset,
            rows,
            "labels_gallery",
            "Test images, least likely label first",
            lambda sample: address.change(sample=sample),
            framed=view.chosen.sample,
            page_size=FIRST,
            notes=marked,
        )
    else:
        st.info("There are no images to show here.", icon=":material/flag:")
    marking.several(view.run, rows, FIRST)
    marks_file(table)
with right:
    detail.one_of(view, dataset, rows, page_size=FIRST)
