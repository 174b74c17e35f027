"""The network inside: every layer, map and sum, computed in the browser."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.components import inside as component
from dashboard.view import View
from dashboard.widgets import choices, frame, galleries, network, work
from dashboard.words import network as network_words
from dashboard.words import text
from pipeline.data.datasets import Dataset
from pipeline.serving import ablation, examples
from pipeline.serving.anatomy import Anatomy
from pipeline.store.run_folder import Run

IMAGE, DRAWING = "A test image", "Your drawing"
SHOWS = "inside_shows"  # in the address: which of them
_ABLATION = "_ablation"  # in the session: the last one


def draws(run: Run) -> bool:
    """Whether the page looks at a drawing; only a network that knows drawings can."""
    return _can_draw(run) and address.choice(SHOWS) == choices.slug(DRAWING)


def choose(run: Run) -> None:
    """Let people choose between a test image and a drawing, where the network knows drawings."""
    if _can_draw(run):
        choices.segmented(SHOWS, "What to look at", (IMAGE, DRAWING))


def way_in(run: Run) -> None:
    """Link to the page that shows every sum of a drawing."""
    st.page_link(
        "app_pages/inside.py",
        label="Look inside",
        icon=":material/layers:",
        query_params={address.RUN: run.id, SHOWS: choices.slug(DRAWING)},
    )


def _can_draw(run: Run) -> bool:
    knows = run.info.dataset.mnist_framed and loaders.inside(run) is not None
    return knows and galleries.has_images(run)


@st.fragment
@frame.plainly
def inside(view: View, dataset: Dataset, sample: int, other: int | None) -> None:
    """Show what a network makes of a test image; only its layers, if no more is known of it.

    Args:
        view: the run, and a second one to compare it with.
        dataset: its images.
        sample: the image.
        other: another one to compare it with.
    """
    run, image = view.run, dataset.x_test[sample]
    packed = loaders.inside(run)
    if packed is not None:
        if not draws(run):
            with st.container(key="inside_picture"):
                _compared(view, dataset, sample, other)
        above = st.container()  # in sight of the button that asks for it
        asked = component.inside(packed, reported=address.stay, key="inside")
        _excitations(run, dataset, asked.chosen)
        if (known := loaders.anatomy(run)) and (
            gates := known.gates_of(asked.switched)
        ) is not None:
            with above:
                _ablation(run, dataset, known, gates)
        return
    anatomy = loaders.anatomy(run)
    if anatomy is None:
        work.taking_apart(run)
    else:
        said = network_words.unexplained(anatomy.unknown, anatomy.no_gradients)
        st.info(text.plain(said), icon=":material/layers:")
    prediction = loaders.predict(run, image)
    network.probabilities(prediction.probabilities, run, "inside_bars")
    network.feature_maps(run, prediction.activations, "inside_maps")


def on_stage(view: View, sample: int) -> None:
    """Show the network at a glance to a room; if it was not taken apart, what it predicts."""
    alone = replace(view, second=None)
    dataset = galleries.images_of(view.run)
    packed = loaders.inside(view.run)
    if packed is None or dataset is None:
        label = int(loaders.predictions(view.run)["label"].iloc[sample])
        network.probabilities(view.run.probabilities(sample), view.run, "stage_bars", true=label)
        return
    if draws(view.run):
        sketch(alone, dataset, sample)
    else:
        with st.container(key="inside_picture"):
            _compared(alone, dataset, sample, None)
    component.inside(packed, reported=address.stay, key="inside")


def _excitations(run: Run, dataset: Dataset, chosen: Any) -> None:
    """Hand over what excites a map.

    Args:
        run: whose map it is.
        dataset: with its test images.
        chosen: [layer, map] as the browser sent it, unchecked.
    """
    found = loaders.excitations(run) or {}
    match chosen:
        case [int(layer), int(map_)] if layer in found and map_ >= 0:
            field = loaders.receptive_fields(run)[layer]
            shown = examples.examples(found[layer], field, map_)
            images = [dataset.x_test[one.image] for one in shown]
            component.examples(layer, map_, shown, images, key="inside_examples")


def _compared(view: View, dataset: Dataset, sample: int, other: int | None) -> None:
    """Give the view its image, and what it is compared with."""

    def picture(number: int) -> component.Picture:
        return component.Picture(f"{dataset.fingerprint} {number}", dataset.x_test[number])

    said = {}
    if other is not None:
        said["other"] = network_words.other_image(
            other, loaders.predictions(view.run).iloc[other], view.run.class_names
        )
    if view.second and _accompanied(view.second):
        said["second"] = network_words.second_run(
            loaders.label(view.second),
            loaders.predictions(view.second).iloc[sample],
            view.run.class_names,
        )
    compared = None if other is None else picture(other)
    component.picture(picture(sample), compared, said, key="inside_image")


def _accompanied(second: Run) -> bool:
    """Give the view a second run; if it was not taken apart, say so."""
    packed = loaders.inside(second, beside=True)
    if packed is None:
        said = network_words.second_not_taken_apart(loaders.label(second), second.id)
        st.caption(text.plain(said))
        return False
    component.beside(packed, key="inside_second")
    return True


@st.fragment
@frame.plainly
def sketch(view: View, dataset: Dataset, sample: int) -> None:
    """Show a pad whose drawing the view follows; see `inside`."""
    said = {}
    if view.second and _accompanied(view.second):
        said["second"] = network_words.second_run_on_drawing(loaders.label(view.second))
    about = network_words.under_drawing(sample, view.run.class_names[int(dataset.y_test[sample])])
    shown = component.Picture(about, dataset.x_test[sample])
    component.sketch(shown, view.run.info.input_shape, said, key="inside_sketch")


def _ablation(run: Run, dataset: Dataset, anatomy: Anatomy, gates: np.ndarray) -> None:
    """Say what switching maps and units off changes on all test images."""
    key, kept = (run.version, gates.tobytes()), st.session_state.get(_ABLATION)
    if kept is None or kept[0] != key:
        rows = ablation.sample(len(dataset.y_test))
        wait = f"Predicting {len(rows):,} test images again…"
        bar = st.progress(0.0, wait)
        found = ablation.ablate(
            loaders.gradient_graph(run),
            gates,
            dataset.x_test[rows],
            dataset.y_test[rows],
            loaders.predictions(run)["predicted"].to_numpy()[rows],
            lambda share: bar.progress(share, wait),
        )
        bar.empty()
        kept = st.session_state[_ABLATION] = (key, found)
    names = network_words.switched(anatomy, gates)
    said = network_words.ablation(names, kept[1], run.class_names)
    st.info(text.plain(said), icon=":material/power_settings_new:")
