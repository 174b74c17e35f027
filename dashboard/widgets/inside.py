"""The network inside: every layer, map and sum, computed in the browser."""

import streamlit as st

from dashboard import loaders
from dashboard.components import inside as component
from dashboard.widgets import network, work
from dashboard.words import network as network_words
from dashboard.words import text
from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run


def inside(run: Run, dataset: Dataset, sample: int) -> None:
    """Show what a network makes of a test image; only its layers, if no more is known of it."""
    image = dataset.x_test[sample]
    packed = loaders.inside(run)
    if packed is not None:
        with st.container(key="inside_picture"):
            name = f"{dataset.fingerprint} {sample}"
            component.picture(image, name, key="inside_image")
        component.inside(packed, key="inside")
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
