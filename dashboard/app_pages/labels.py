"""Which labels may be wrong, and how people marked them.

Suspicious labels are those to which networks that never saw the image, and the labels of its
nearest training images, give the lowest probability (`pipeline.analysis.label_errors`).
"""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import address, loaders
from dashboard.selection import SAMPLE
from dashboard.view import View
from dashboard.widgets import (
    audited,
    choices,
    detail,
    galleries,
    marking,
    opening,
    selection_bar,
    stage,
)
from dashboard.words import trust as trust_words
from pipeline.store.audits import Audit

SUSPICIOUS, MARKED = "Suspicious", "Marked"
FIRST = 60  # images on a page
TITLE = "Test images, least likely label first"


def kind_shown() -> str:
    """Let people choose between all images and those that are marked."""
    return choices.segmented("labels_shown", "Images", (SUSPICIOUS, MARKED), voids=[SAMPLE])


def of_test_part(view: View, audit: Audit | None, above: DeltaGenerator) -> None:
    """Show the test images, as an audit or the runs see them; what these say goes above."""
    table, place = loaders.marks_table(view.run), view.run.info.dataset.fingerprint
    marked = {index: ", ".join(loaders.marks().of(place, index)) for index in table["index"]}
    rows = loaders.least_likely_labels(view)
    asked = audit.facts.repeats if audit else len(loaders.witnesses(view.run))
    with above:
        said = trust_words.of_labels(asked, seen=view.run.info.saw_test_images)
        audited.heading(said, table)
    dataset = galleries.images_of(view.run)
    stage.alone(
        lambda: galleries.on_stage(view, dataset, rows, "labels_gallery", TITLE, marked), view=view
    )
    selection_bar.bar(view)
    left, right = st.columns([3, 2], gap="large")
    with left:
        if kind_shown() == MARKED:
            rows = rows[np.isin(rows, list(marked))]
        if len(rows):
            st.caption(trust_words.sorted_images(len(rows)))
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
        marking.several(place, rows, FIRST)
        marking.file(table)
    with right:
        detail.one_of(view, dataset, rows, page_size=FIRST)


view = opening.view()
detail.alone("Labels", view)
audit, above = audited.newest(view), st.container()
part = audited.part_of(audit)
if audit is None or part == audited.TEST:
    of_test_part(view, audit, above)
else:
    audited.of_part(view, audit, part, above, marked_only=lambda: kind_shown() == MARKED)
if audit is None and galleries.has_images(view.run):
    audited.offer(view.run)
