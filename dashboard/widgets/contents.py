"""What a dataset holds: how many of each class, what they look like, some of them."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard import loaders
from dashboard.figures import data as figures
from dashboard.selection import Selection
from dashboard.widgets import frame, galleries
from dashboard.words import data as data_words
from pipeline.data.datasets import Dataset
from pipeline.store.runs import Run

SEED = "data_seed"
SAMPLES = 60
TEST, TRAINING = "Test images", "Training images"


def classes(run: Run, dataset: Dataset | None) -> None:
    """Show how many images each class has, and what they look like on average."""
    counts = loaders.class_counts(run, dataset)
    finding = data_words.balance(counts, run.class_names)
    parts = {data_words.PARTS[part]: values for part, values in counts.items()}
    figure = figures.class_counts(parts, run.class_names, frame.colours())
    frame.chart(figure, f"Images of each class, by part. {finding}.", "class_counts", finding)
    if dataset is None:
        return
    st.subheader("The mean image of each class")
    st.caption("All training images of a class, one over the other: sharp where they agree.")
    details = [f"· {count:,}" for count in counts["train"]]
    means = loaders.mean_images(dataset)
    galleries.row_of_pictures(
        means, list(run.class_names), details, ink=dataset.ink, key="mean_images"
    )


def samples(
    run: Run,
    second: Run | None,
    chosen: Selection,
    dataset: Dataset,
    on_pick: Callable[[int], None],
) -> None:
    """Show images drawn by lot from the selection, and others on demand."""
    st.subheader("Images drawn by lot")
    seed = st.session_state.setdefault(SEED, 0)
    with st.container(horizontal=True, vertical_alignment="center"):
        part = st.segmented_control(
            "Part",
            (TEST, TRAINING),
            default=TEST,
            required=True,
            key="data_part",
            label_visibility="collapsed",
        )
        st.button("Show others", icon=":material/casino:", on_click=_draw_again)
    lot = np.random.default_rng(seed)
    if part == TRAINING:
        _of_training(run, chosen, dataset, lot)
        return
    rows = lot.permutation(loaders.rows(run, second, chosen, "surest first"))[:SAMPLES]
    if len(rows):
        galleries.gallery_of(
            run, dataset, rows, "test_samples", "Test images drawn by lot", on_pick, second=second
        )
    else:
        st.info("No image fits this selection.", icon=":material/filter_alt_off:")


def _of_training(run: Run, chosen: Selection, dataset: Dataset, lot: np.random.Generator) -> None:
    """Show training images; of a selection only the true classes say anything about them."""
    wanted = chosen.true or range(len(run.class_names))
    rows = lot.permutation(np.flatnonzero(np.isin(dataset.y_train, wanted)))[:SAMPLES]
    names = [run.class_names[label] for label in dataset.y_train[rows]]
    numbers = [f"· {row}" for row in rows]
    galleries.row_of_pictures(
        dataset.x_train[rows], names, numbers, ink=dataset.ink, key="training_samples"
    )


def _draw_again() -> None:
    st.session_state[SEED] += 1
