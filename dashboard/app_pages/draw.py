"""Draw something, or try an image, and see what the network predicts."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import live_pad
from dashboard.widgets import (
    choices,
    downloads,
    editing,
    frame,
    inside,
    network,
    opening,
    pads,
    perturbation_map,
    photo,
    selection_bar,
    stage,
)
from dashboard.widgets.editing import EDIT, WAY
from dashboard.widgets.pads import Shown
from dashboard.words import drawing as drawing_words
from pipeline import words
from pipeline.store.run_folder import Run

LIVE, PHOTO, TRY = "Live", "A photograph", words.TRY_IMAGE["label"]
LAYERS, PERTURBATIONS = words.LAYERS, "Perturbations"


@st.fragment
@frame.plainly
def draw() -> None:
    """Let people draw or choose an image in one of the ways, and show the result."""
    view = opening.view()
    sample, is_ink = view.chosen.sample, view.run.info.dataset.mnist_framed
    ways = [LIVE, EDIT, PHOTO] if is_ink else [TRY, EDIT]
    with st.container(horizontal=True):
        edits = None if sample is None else EDIT
        way = choices.segmented(WAY, "How", ways, implied=edits)
        # A test image is for the chosen run to answer: it is tested on it.
        runs = view.runs if way == EDIT else pads.readers(view)
    # The layers are beside one answer; two answers take the width, and the layers go below.
    alone = len(runs) == 1
    left, right = st.columns([11, 9], gap="medium") if alone else (st.container(), st.container())
    with left:
        if way == LIVE:
            shown = pads.predicted(runs, pads.live(runs))
        else:
            shown = beside(runs, edits=way == EDIT, sample=sample)
        pads.correct(runs[0], shown)
    with right:
        below(runs, shown, live=way == LIVE)


def beside(runs: Sequence[Run], *, edits: bool, sample: int | None) -> Shown | None:
    """Show the image, and the answer beside it where there is room."""
    with st.container(horizontal=True):
        with st.container(width=pads.BOX):
            given = editing.edit(runs[0], sample) if edits else photo.photo(runs[0], "photo")
            shown = pads.predicted(runs, given)
        with st.container(width="stretch"):
            pads.answers(runs, shown, what_it_sees=edits)
    return shown


def below(runs: Sequence[Run], shown: Shown | None, *, live: bool) -> None:
    """Show the layers, or how the prediction changes as the image is perturbed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        looks_at = choices.segmented("draw_view", "Look at", (LAYERS, PERTURBATIONS))
        with st.popover("Save", icon=":material/download:", disabled=shown is None):
            if shown is not None:
                is_ink = runs[0].info.dataset.mnist_framed
                downloads.of_given(shown.given, "drawing_files", is_ink=is_ink)
        if live:
            inside.way_in(runs[0])
    if looks_at == LAYERS and live:
        live_pad.layers("live_layers")
    elif shown is None:
        st.caption(drawing_words.NOTHING_YET)
    elif looks_at == LAYERS:
        network.feature_maps(runs[0], shown.predictions[0].activations, "drawing_maps")
    else:
        perturbation_map.perturbation_map(runs, shown.given, "drawing_perturbations")


view = opening.view()
is_ink = view.run.info.dataset.mnist_framed
frame.heading(
    "Draw" if is_ink else TRY,
    drawing_words.invitation(view.run.class_names, is_ink=is_ink),
    "neural_network",
    "class",
    "confidence",
)
stage.alone(lambda: pads.on_stage(view))
if view.chosen.sample is not None:
    selection_bar.bar(view)
draw()
