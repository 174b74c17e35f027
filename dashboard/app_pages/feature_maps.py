"""What each layer makes of one image."""

import pandas as pd
import streamlit as st

from dashboard import loaders, state, widgets, words
from pipeline.datasets import Dataset
from pipeline.runs import Run

QUICK_PICKS = 6


def choose(run: Run, sample: int) -> None:
    """Let people choose a test image by its number."""
    key = "sample_number"
    st.session_state[key] = sample
    st.number_input(
        f"Test image, 0 to {run.info.metrics.total - 1:,}",
        min_value=0,
        max_value=run.info.metrics.total - 1,
        key=key,
        on_change=lambda: state.change(sample=st.session_state[key]),
    )


def quick_picks(run: Run, dataset: Dataset, mistakes: pd.DataFrame, sample: int) -> None:
    """Offer the surest mistakes."""
    if len(mistakes):
        st.caption("Or look at one of the surest mistakes:")
        widgets.image_gallery(
            run,
            dataset,
            mistakes.head(QUICK_PICKS),
            "quick_picks",
            "The surest mistakes",
            lambda picked: state.change(sample=picked),
            chosen=sample,
        )


run = widgets.current_run()
chosen = widgets.selection(run)
mistakes = loaders.mistakes(run, None, None)
sample = chosen.sample
if sample is None:
    sample = int(mistakes["index"].iloc[0]) if len(mistakes) else 0
row = loaders.predictions(run).iloc[sample]
true = run.class_names[int(row["label"])]
predicted = run.class_names[int(row["predicted"])]
right_or_wrong = "which is right" if true == predicted else f"but it is “{words.plain(true)}”"
widgets.heading(
    "Feature maps",
    f"Test image {sample:,} is read as **“{words.plain(predicted)}”** with "
    f"{words.percent(row['confidence'])} confidence, {right_or_wrong}.",
)
dataset = widgets.images_of(run)
if dataset is None:
    st.stop()
image = dataset.x_test[sample]
left, right = st.columns([2, 3], gap="large")
with left:
    choose(run, sample)
    alt = f"Test image {sample}, which is “{true}”, as the network gets it."
    widgets.picture(image, ink=dataset.ink, width=224, alt=alt, key="large")
    probabilities = loaders.graph(run).probabilities(image[None])[0]
    widgets.probabilities(probabilities, run, "sample_bars", true=int(row["label"]))
    quick_picks(run, dataset, mistakes, sample)
with right:
    widgets.feature_maps(run, image, "sample_maps")
