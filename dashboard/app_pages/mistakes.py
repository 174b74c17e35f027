"""Every misclassified test image, or whatever the selection says."""

from dataclasses import replace

import streamlit as st

from dashboard import loaders, state
from dashboard.widgets import detail, frame, galleries, selecting

run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
metrics = run.info.metrics
wrong = metrics.total - metrics.correct
if wrong:
    sure = len(
        loaders.rows(run, None, replace(selecting.MISTAKES, confidence=(0.9, 1.0)), "surest first")
    )
    sentence = (
        f"**{wrong:,} of {metrics.total:,}** test images are misread, {sure:,} of them with more "
        "than 90 % confidence."
    )
else:
    sentence = f"None: all {metrics.total:,} test images are right."
frame.heading("Mistakes", sentence)
selecting.bar(run, chosen)
# Only what is misread, unless the selection says what it wants.
wanted = chosen if chosen.outcome or chosen.change else replace(chosen, outcome="wrong")
dataset = galleries.images_of(run)
left, right = st.columns([3, 2], gap="large")
with left:
    order = galleries.order_picker(run, "mistakes_order", "surest first")
    rows = loaders.rows(run, second, wanted, order)
    if len(rows):
        st.caption(f"{len(rows):,} images. Click one to look closer.")
        galleries.gallery_of(
            run,
            dataset,
            rows,
            "mistakes_gallery",
            f"Test images, {order}",
            lambda sample: state.change(sample=sample),
            chosen=chosen.sample,
            second=second,
            page_size=galleries.PAGE,
        )
    else:
        st.info("No image fits this selection.", icon=":material/filter_alt_off:")
        if not wrong:
            st.page_link(
                "app_pages/draw.py", label="Try to fool it by drawing", icon=":material/draw:"
            )
with right:
    sample = chosen.sample
    if sample is None and len(rows):
        sample = int(rows[0])
    if sample is not None and dataset is not None:
        detail.detail(run, second, dataset, sample)
