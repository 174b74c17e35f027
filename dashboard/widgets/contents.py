"""What a dataset contains: how many images of each class, their mean, and samples."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.components.gallery import Tile, gallery
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
MEANS = "The mean training image of each class"
TEST, TRAINING = "Test images", "Training images"


def on_stage(run: Run, dataset: Dataset | None) -> None:
    """Show the mean image of each class to a room; without images, how many there are."""
    if dataset is None:
        _counts(run, None)
        return
    counts = loaders.class_counts(run, dataset)["train"]
    means = loaders.mean_images(dataset)[: galleries.ON_STAGE]
    st.markdown(MEANS)
    tiles = [
        Tile(
            at,
            text.shorten(name, galleries.LONGEST_NAME),
            f"{counts[at]:,}",
            name,
            {"class": name, "training images": int(counts[at])},
        )
        for at, name in enumerate(run.class_names[: len(means)])
    ]
    sheet = galleries.sheet_of_pictures(means, mnist_framed=dataset.mnist_framed)
    about = frame.about(MEANS, "mean-images")
    gallery(tiles, sheet, about=about, key="means", on_pick=None, tile_width=galleries.TILE)


def _counts(run: Run, dataset: Dataset | None) -> dict[str, np.ndarray]:
    """Draw how many images each class has, and return that."""
    counts = loaders.class_counts(run, dataset)
    finding = data_words.balance(counts, run.class_names)
    parts = {data_words.PARTS[part]: values for part, values in counts.items()}
    figure = loaders.drawn(figures.class_counts, parts, run.class_names, frame.colors())
    frame.chart(figure, f"Images of each class, by part. {finding}.", "class_counts", finding)
    return counts


def classes(run: Run, dataset: Dataset | None) -> None:
    """Show how many images each class has, and what they look like on average."""
    counts = _counts(run, dataset)
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
        title=MEANS,
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
