"""What a dataset contains: how many images of each class, their mean, and samples."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.figures import data as figures
from dashboard.view import View
from dashboard.widgets import choices, frame, galleries
from dashboard.words import data as data_words
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run

SEED = "data_seed"
SAMPLES = 60
TEST, TRAINING = "Test images", "Training images"


def classes(run: Run, dataset: Dataset | None) -> None:
    """Show how many images each class has, and what they look like on average."""
    counts = loaders.class_counts(run, dataset)
    finding = data_words.balance(counts, run.class_names)
    parts = {data_words.PARTS[part]: values for part, values in counts.items()}
    figure = figures.class_counts(parts, run.class_names, frame.colors())
    frame.chart(figure, f"Images of each class, by part. {finding}.", "class_counts", finding)
    if origin := data_words.origin(run.info.dataset):
        st.caption(text.plain(origin))
    if dataset is None:
        return
    st.subheader("The mean image of each class")
    st.caption("The average of all training images of a class: sharp where they agree.")
    details = [f"· {count:,}" for count in counts["train"]]
    means = loaders.mean_images(dataset)
    galleries.row_of_pictures(
        means,
        list(run.class_names),
        details,
        mnist_framed=dataset.mnist_framed,
        key="mean_images",
        title="The mean training image of each class",
    )


def samples(view: View, dataset: Dataset, on_pick: Callable[[int], None]) -> None:
    """Show random images of the selection, and others at the click of a button."""
    st.subheader("Random images")
    seed = choices.number(SEED) or 0
    with st.container(horizontal=True, vertical_alignment="center"):
        part = choices.segmented("data_part", "Part", (TEST, TRAINING))
        st.button(
            "Show others",
            icon=":material/casino:",
            on_click=address.change,
            args=({SEED: str(seed + 1)},),
        )
    random = np.random.default_rng(seed)
    if part == TRAINING:
        _of_training(view, dataset, random)
        return
    rows = random.permutation(loaders.rows(view, "most confident first"))[:SAMPLES]
    if len(rows):
        galleries.gallery_of(view, dataset, rows, "test_samples", "Random test images", on_pick)
    else:
        st.info(selection_words.NOTHING_FITS, icon=":material/filter_alt_off:")


def _of_training(view: View, dataset: Dataset, random: np.random.Generator) -> None:
    """Show training images; of the selection, only the true classes apply to them."""
    names, wanted = view.run.class_names, view.chosen.true
    wanted = wanted or tuple(range(len(names)))
    rows = random.permutation(np.flatnonzero(np.isin(dataset.y_train, wanted)))[:SAMPLES]
    labels = [names[label] for label in dataset.y_train[rows]]
    numbers = [f"· {row}" for row in rows]
    galleries.row_of_pictures(
        dataset.x_train[rows],
        labels,
        numbers,
        mnist_framed=dataset.mnist_framed,
        key="training_samples",
        title="Random training images",
    )
