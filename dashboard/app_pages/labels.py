"""Which labels may be wrong, and how people marked them.

Suspicious labels are those to which networks that never saw the image, and the labels of its
nearest training images, give the lowest probability (`pipeline.analysis.label_errors`).
"""

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.selection import SAMPLE
from dashboard.view import View
from dashboard.widgets import (
    choices,
    detail,
    frame,
    galleries,
    marking,
    opening,
    selection_bar,
    stage,
)
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline.store import reviews

SUSPICIOUS, MARKED = "Suspicious", "Marked"
FIRST = 60  # images on a page
TITLE = "Test images, least likely label first"


def images(view: View, marked: dict[int, str]) -> np.ndarray:
    """Find the images to show, the least likely label first: int32 (m,) row numbers."""
    shown = choices.segmented("labels_shown", "Images", (SUSPICIOUS, MARKED), voids=[SAMPLE])
    rows = loaders.least_likely_labels(view)
    return rows if shown == SUSPICIOUS else rows[np.isin(rows, list(marked))]


view = opening.view()
marks, table = loaders.marks(), loaders.marks_table(view.run)
fingerprint = view.run.info.dataset.fingerprint
marked = {index: ", ".join(marks.of(fingerprint, index)) for index in table["index"].tolist()}
given = table["tag"].value_counts()
detail.alone("Labels", view)
networks = len(loaders.witnesses(view.run))
frame.heading(
    "Labels",
    f"{trust_words.of_labels(networks, seen=view.run.info.saw_test_images)} "
    + trust_words.marked_so_far(
        len(marked), given.get(reviews.WRONG_LABEL, 0), given.get(reviews.AMBIGUOUS, 0)
    ),
    "label",
    "nearest_neighbors",
)
stage.alone(
    lambda: galleries.on_stage(
        view, galleries.images_of(view.run), images(view, marked), "labels_gallery", TITLE, marked
    ),
    view=view,
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
            TITLE,
            lambda sample: address.change(sample=sample),
            framed=view.chosen.sample,
            page_size=FIRST,
            notes=marked,
        )
    else:
        st.info("There are no images to show here.", icon=":material/flag:")
    marking.several(view.run, rows, FIRST)
    marking.file(table)
with right:
    detail.one_of(view, dataset, rows, page_size=FIRST)
