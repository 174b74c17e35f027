"""What the network is trained and tested on: its classes, single images, a map."""

import streamlit as st

from dashboard import address, loaders
from dashboard.components.pixels import pixels
from dashboard.selection import Selection
from dashboard.view import View
from dashboard.widgets import (
    choices,
    contents,
    explaining,
    frame,
    galleries,
    image_map,
    opening,
    selection_bar,
)
from dashboard.words import data as data_words
from pipeline.data.datasets import Dataset

CLASSES, ONE_IMAGE, MAP = "Classes", "One image", "Map"
SHOWS = "data_view"


def part_of(chosen: Selection) -> str:
    """Let people choose what to see; at first, what the selection asks for."""
    spoken_of = MAP if chosen.area else CLASSES if chosen.sample is None else ONE_IMAGE
    return choices.segmented(SHOWS, "View", (CLASSES, ONE_IMAGE, MAP), implied=spoken_of)


def look_at(sample: int) -> None:
    """Switch to the view of one image."""
    address.change({SHOWS: None}, sample=sample)  # an image opens that view


def one_image(view: View, dataset: Dataset) -> None:
    """Show the numbers of an image: as a grid, and as one vector."""
    run, sample = view.run, view.chosen.sample
    if sample is None:
        fitting = loaders.rows(view, "most confident first")
        sample = int(fitting.min()) if len(fitting) else 0
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
    pixels(
        image,
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


view = opening.view()
frame.heading(
    "Data", data_words.contents(view.run.info), "class", "training", "validation", "test_set"
)
selection_bar.bar(view)
shows = part_of(view.chosen)
dataset = galleries.images_of(view.run)
if shows == MAP:
    image_map.image_map(view, dataset)
elif shows == CLASSES:
    contents.classes(view.run, dataset)
    if dataset is not None:
        contents.samples(view, dataset, look_at)
elif dataset is not None:
    one_image(view, dataset)
