"""The numbers of one test image: as a grid, and as the vector that a network gets."""

import streamlit as st

from dashboard import loaders
from dashboard.components.pixels import pixels
from dashboard.view import View
from dashboard.widgets import choices, explaining, frame, galleries, selection_bar
from dashboard.words import data as data_words
from pipeline.data.datasets import Dataset


def sample_of(view: View) -> int:
    """Return the selected image, else the first one of the selection."""
    if view.chosen.sample is not None:
        return view.chosen.sample
    fitting = loaders.rows(view, "most confident first")
    return int(fitting.min()) if len(fitting) else 0


def told(view: View) -> str:
    """Say what an image is, and how it becomes a vector: Markdown."""
    row = loaders.predictions(view.run).iloc[sample_of(view)]
    true, predicted = (view.run.class_names[int(row[part])] for part in ("label", "predicted"))
    said = data_words.sample(true, predicted, float(row["confidence"]))
    return f"{said} {data_words.flattened(view.run.info.input_shape)}"


def numbers(view: View, dataset: Dataset) -> None:
    """Show the numbers of an image: as a grid, and as one vector."""
    run, sample = view.run, sample_of(view)
    row = loaders.predictions(run).iloc[sample]
    true, predicted = (run.class_names[int(row[part])] for part in ("label", "predicted"))
    image = dataset.x_test[sample]
    left, right = st.columns([1, 2], gap="large")
    with left:
        alt = f"Test image {sample:,}, enlarged; its true class is “{true}”."
        galleries.picture(
            image, mnist_framed=dataset.mnist_framed, width=224, alt=alt, key="one_large"
        )
    with right:
        selection_bar.test_image(run, sample)
        st.markdown(data_words.sample(true, predicted, float(row["confidence"])))
        st.markdown(data_words.flattened(dataset.image_shape), help=explaining.hover("vector"))
        if any(layer.kind == "Conv2D" for layer in run.info.layers):
            st.caption(data_words.KEEPS_GRID, help=explaining.hover("convolution"))
        channel = channel_of(image.shape[-1])
    grid(dataset, sample, channel)


def grid(dataset: Dataset, sample: int, channel: int) -> None:
    """Show the numbers of one channel of an image."""
    pixels(
        dataset.x_test[sample],
        mnist_framed=dataset.mnist_framed,
        dark=frame.is_dark(),
        key="pixels",
        channel=channel,
    )


def channel_of(channels: int) -> int:
    """Let people choose which of an image's channels to see, where it has several."""
    if channels == 1:
        return 0
    names = data_words.CHANNELS
    return names.index(choices.segmented("channel", "Color channel", names, labeled=True))
