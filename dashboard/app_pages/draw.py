"""Draw something, or edit a test image, and see what the network predicts."""

import streamlit as st

from dashboard import loaders
from dashboard.components import live_pad
from dashboard.view import View
from dashboard.widgets import (
    choices,
    downloads,
    frame,
    network,
    opening,
    pads,
    perturbation_map,
    selection_bar,
)
from dashboard.widgets.pads import Shown
from dashboard.words import drawing as drawing_words
from dashboard.words import text
from pipeline.ink.drawing import Drawing

LIVE, CANVAS, PHOTO = "Live", "Edit an image", "A photograph"
LAYERS, PERTURBATIONS = "Layer by layer", "Perturbations"


@st.fragment
@frame.plainly
def draw() -> None:
    """Let people draw in one of the ways, and show the result."""
    view = opening.view()
    sample = view.chosen.sample
    edits = None if sample is None else CANVAS
    way = choices.segmented("draw_way", "How to draw", (LIVE, CANVAS, PHOTO), implied=edits)
    if way == LIVE:
        shown = predicted(view, pads.live(view.runs))
    else:
        box, answer = st.columns([2, 3], gap="medium")
        with box:
            drawing = pads.canvas_pad(view.run, sample) if way == CANVAS else pads.photo(view.run)
            shown = predicted(view, drawing)
        with answer:
            pads.answers(view.runs, shown, what_it_sees=way == CANVAS)
    pads.correct(view.run, shown)
    below(view, shown, live=way == LIVE)


def predicted(view: View, drawing: Drawing | None) -> Shown | None:
    """Predict a drawing with each run."""
    if drawing is None:
        return None
    images = [drawing.image(run.info.input_shape) for run in view.runs]
    said = [loaders.predict(run, image) for run, image in zip(view.runs, images, strict=True)]
    return Shown(drawing, images, said)


def below(view: View, shown: Shown | None, *, live: bool) -> None:
    """Show the layers, or how the prediction changes as the drawing is perturbed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        looks_at = choices.segmented("draw_view", "Look at", (LAYERS, PERTURBATIONS))
        with st.popover("Save", icon=":material/download:", disabled=shown is None):
            if shown is not None:
                downloads.downloads(shown.images[0], shown.drawing.strokes, "drawing_files")
    if looks_at == LAYERS and live:
        live_pad.layers("live_layers")
    elif shown is None:
        st.caption("Draw something first.")
    elif looks_at == LAYERS:
        network.feature_maps(view.run, shown.predictions[0].activations, "drawing_maps")
    else:
        perturbation_map.perturbation_map(view, shown.images[0], "drawing_perturbations")


view = opening.view()
dataset = view.run.info.dataset
frame.heading("Draw", drawing_words.invitation(view.run.class_names))
selection_bar.bar(view)
if not dataset.mnist_framed:
    sentence = drawing_words.NOT_FRAMED.format(dataset=text.plain(dataset.name))
    st.info(sentence, icon=":material/info:")
draw()
