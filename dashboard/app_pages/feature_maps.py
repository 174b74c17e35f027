"""What each layer makes of one image."""

import numpy as np
import streamlit as st

from dashboard import loaders, state
from dashboard.selection import Selection
from dashboard.widgets import frame, galleries, network, selecting
from dashboard.words import general as words
from pipeline.data.datasets import Dataset
from pipeline.store.runs import Run

QUICK_PICKS = 6


def quick_picks(run: Run, dataset: Dataset, rows: np.ndarray, sample: int) -> None:
    """Offer the first images of the selection."""
    if len(rows):
        st.caption("Or look at one of these:")
        galleries.gallery_of(
            run,
            dataset,
            rows[:QUICK_PICKS],
            "quick_picks",
            "The surest images of the selection",
            lambda picked: state.change(sample=picked),
            chosen=sample,
        )


run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
# Where nothing is chosen, mistakes tell most.
wanted = chosen if chosen.filters != Selection() else selecting.MISTAKES
rows = loaders.rows(run, second, wanted, "surest first")
sample = chosen.sample
if sample is None:
    sample = int(rows[0]) if len(rows) else 0
row = loaders.predictions(run).iloc[sample]
true = run.class_names[int(row["label"])]
predicted = run.class_names[int(row["predicted"])]
right_or_wrong = "which is right" if true == predicted else f"but it is “{words.plain(true)}”"
frame.heading(
    "Feature maps",
    f"Test image {sample:,} is read as **“{words.plain(predicted)}”** with "
    f"{words.percent(float(row['confidence']))} confidence, {right_or_wrong}.",
)
selecting.bar(run, chosen)
dataset = galleries.images_of(run)
if dataset is None:
    st.stop()
image = dataset.x_test[sample]
left, right = st.columns([2, 3], gap="large")
with left:
    selecting.test_image(run, sample)
    alt = f"Test image {sample}, which is “{true}”, as the network gets it."
    galleries.picture(image, ink=dataset.ink, width=224, alt=alt, key="large")
    probabilities = loaders.graph(run).probabilities(image[None])[0]
    network.probabilities(probabilities, run, "sample_bars", true=int(row["label"]))
    quick_picks(run, dataset, rows, sample)
with right:
    network.feature_maps(run, image, "sample_maps")
