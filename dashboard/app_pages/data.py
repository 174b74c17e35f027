"""What the network learned from and is tested on: its classes, single images, a map."""

import streamlit as st

from dashboard import loaders, state
from dashboard.components.pixels import pixels
from dashboard.selection import Selection
from dashboard.widgets import contents, frame, galleries, image_map, selecting
from dashboard.words import data as data_words
from pipeline.data.datasets import Dataset
from pipeline.store.runs import Run

CLASSES, ONE_IMAGE, MAP = "Classes", "One image", "Map"
VIEW = "data_view"


def view_of(chosen: Selection) -> str | None:
    """Let people choose a view; at first the one that the address speaks of."""
    spoken_of = MAP if chosen.area else CLASSES if chosen.sample is None else ONE_IMAGE
    # A widget forgets when people leave the page, so whoever comes with an image sees it.
    st.session_state.setdefault(VIEW, spoken_of)
    return st.segmented_control(
        "View", (CLASSES, ONE_IMAGE, MAP), key=VIEW, required=True, label_visibility="collapsed"
    )


def look_at(sample: int) -> None:
    """Go on with one image."""
    state.change(sample=sample)
    st.session_state[VIEW] = ONE_IMAGE


def one_image(run: Run, second: Run | None, chosen: Selection, dataset: Dataset) -> None:
    """Show an image as the numbers it is: in their places, and as one vector."""
    sample = chosen.sample
    if sample is None:
        fitting = loaders.rows(run, second, chosen, "surest first")
        sample = int(fitting.min()) if len(fitting) else 0
    row = loaders.predictions(run).iloc[sample]
    true, predicted = (run.class_names[int(row[part])] for part in ("label", "predicted"))
    image = dataset.x_test[sample]
    left, right = st.columns([1, 2], gap="large")
    with left:
        alt = f"Test image {sample}, which is “{true}”, large."
        galleries.picture(image, ink=dataset.ink, width=224, alt=alt, key="one_large")
    with right:
        selecting.test_image(run, sample)
        st.markdown(data_words.sample(true, predicted, float(row["confidence"])))
        st.markdown(data_words.unrolled(dataset.image_shape))
        if any(layer.kind == "Conv2D" for layer in run.info.layers):
            st.caption(data_words.KEEPS_GRID)
        channel = channel_of(image.shape[-1])
    pixels(image, ink=dataset.ink, dark=frame.is_dark(), key="pixels", channel=channel)


def channel_of(channels: int) -> int:
    """Let people choose which of an image's channels they see, where it has several."""
    if channels == 1:
        return 0
    names = data_words.CHANNELS
    return names.index(
        st.segmented_control("Numbers for", names, default=names[0], required=True, key="channel")
    )


run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
frame.heading("Data", data_words.contents(run.info))
selecting.bar(run, chosen)
view = view_of(chosen)
dataset = galleries.images_of(run)
if view == MAP:
    image_map.image_map(run, second, chosen, dataset)
elif view == CLASSES:
    contents.classes(run, dataset)
    if dataset is not None:
        contents.samples(run, second, chosen, dataset, look_at)
elif dataset is not None:
    one_image(run, second, chosen, dataset)
