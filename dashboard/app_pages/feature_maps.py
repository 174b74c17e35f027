"""What each layer computes from one image."""

from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.selection import Selection
from dashboard.view import View
from dashboard.widgets import frame, galleries, network, opening, selection_bar
from dashboard.words import text
from pipeline.data.datasets import Dataset

QUICK_PICKS = 6


def quick_picks(view: View, dataset: Dataset, rows: np.ndarray, sample: int) -> None:
    """Offer the first images of the selection."""
    if len(rows):
        st.caption("Or look at one of these:")
        galleries.gallery_of(
            replace(view, second=None),
            dataset,
            rows[:QUICK_PICKS],
            "quick_picks",
            "The most confident images of the selection",
            lambda picked: address.change(sample=picked),
            framed=sample,
        )


view = opening.view()
run = view.run
# Where nothing is selected, mistakes are the most informative.
wanted = view.chosen if view.chosen.filters != Selection() else selection_bar.MISTAKES
rows = loaders.rows(replace(view, chosen=wanted), "most confident first")
sample = view.chosen.sample
if sample is None:
    sample = int(rows[0]) if len(rows) else 0
row = loaders.predictions(run).iloc[sample]
true, predicted = (run.class_names[int(row[part])] for part in ("label", "predicted"))
outcome = "which is right" if true == predicted else f"but the label is “{text.plain(true)}”"
frame.heading(
    "Feature maps",
    f"Test image {sample:,} is predicted as **“{text.plain(predicted)}”** with "
    f"{text.percent(float(row['confidence']))} confidence, {outcome}.",
)
selection_bar.bar(view)
dataset = galleries.images_of(run)
left, right = st.columns([2, 3], gap="large")
with left:
    selection_bar.test_image(run, sample)
    if dataset is not None:
        galleries.picture(
            dataset.x_test[sample],
            mnist_framed=dataset.mnist_framed,
            width=224,
            alt=f"Test image {sample:,} as the network gets it; its true class is “{true}”.",
            key="large",
        )
    # As measured, so they are there without the image, too.
    network.probabilities(run.probabilities(sample), run, "sample_bars", true=int(row["label"]))
    if dataset is not None:
        quick_picks(view, dataset, rows, sample)
if dataset is not None:
    with right:
        prediction = loaders.predict(run, dataset.x_test[sample])
        network.feature_maps(run, prediction.activations, "sample_maps")
