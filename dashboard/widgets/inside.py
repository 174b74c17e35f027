"""The network inside: every layer, map and sum, computed in the browser."""

from typing import Any

import numpy as np
import streamlit as st

from dashboard import loaders
from dashboard.components import inside as component
from dashboard.widgets import frame, network, work
from dashboard.words import network as network_words
from dashboard.words import text
from pipeline.data.datasets import Dataset
from pipeline.serving import ablation, examples
from pipeline.serving.anatomy import Anatomy
from pipeline.store.run_folder import Run

_ABLATION = "_ablation"  # in the session: the last one


@st.fragment
@frame.plainly
def inside(run: Run, dataset: Dataset, sample: int) -> None:
    """Show what a network makes of a test image; only its layers, if no more is known of it."""
    image = dataset.x_test[sample]
    packed = loaders.inside(run)
    if packed is not None:
        with st.container(key="inside_picture"):
            name = f"{dataset.fingerprint} {sample}"
            component.picture(image, name, key="inside_image")
        above = st.container()  # in sight of the button that asks for it
        asked = component.inside(packed, key="inside")
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
