"""The network inside: what it makes of one image, neuron by neuron."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.selection import Selection
from dashboard.view import View
from dashboard.widgets import (
    beside,
    detail,
    frame,
    galleries,
    inside,
    network,
    opening,
    selection_bar,
    stage,
)
from dashboard.words import network as network_words
from pipeline.data.datasets import Dataset

QUICK_PICKS = 6


def quick_picks(view: View, dataset: Dataset, rows: np.ndarray, sample: int) -> None:
    """Offer the first images of the selection."""
    if len(rows):
        galleries.gallery_of(
            replace(view, second=None),
            dataset,
            rows[:QUICK_PICKS],
            "quick_picks",
            "The most confident images of the selection",
            lambda picked: address.change(sample=picked),
            framed=sample,
            tile_width=64,
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
draws = inside.draws(run)
said = network_words.FOLLOWS_THE_PEN if draws else detail.told(run, sample)
frame.heading("Inside", said, "test_set", "confidence")
stage.alone(partial(inside.on_stage, view, sample))
left, right = st.columns([2, 5], gap="medium")
with left:
    inside.choose(run)
    if not draws:
        selection_bar.bar(view)
        selection_bar.test_image(run, sample)
    other = None if draws else beside.other_image(run, sample)
    dataset = galleries.images_of(run)
with right:
    if dataset is not None and draws:
        inside.sketch(view, dataset, sample)
    elif dataset is not None:
        quick_picks(view, dataset, rows, sample)
if dataset is None:
    # As measured, so they are there without the image, too.
    network.probabilities(run.probabilities(sample), run, "sample_bars", true=int(row["label"]))
else:
    inside.inside(view, dataset, sample, other)
