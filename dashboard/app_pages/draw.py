"""Draw something, or over a test image, and see what the network makes of it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import live_pad
from dashboard.widgets import downloads, frame, network, pads, selecting, shift_map
from dashboard.widgets.pads import Drawing
from dashboard.words import general as words
from pipeline.store.runs import Run

LIVE, CANVAS, PHOTO = "While the pen moves", "On the server", "A photograph"
LAYERS, CHANGES = "Layer by layer", "Moved and turned"


@st.fragment
@frame.plainly
def draw(runs: Sequence[Run]) -> None:
    """Let people draw in one of the ways, and show what becomes of it."""
    sample = selecting.selection(runs[0]).sample
    editing = sample is not None
    way = st.segmented_control(
        "How to draw", [LIVE, CANVAS, PHOTO], default=CANVAS if editing else LIVE,
        required=True, key=f"way_{editing}", label_visibility="collapsed",
    )  # fmt: skip
    if way == LIVE:
        drawing = pads.live(runs)
    else:
        box, answer = st.columns([2, 3], gap="medium")
        with box:
            drawing = pads.on_server(runs[0], sample) if way == CANVAS else pads.photo(runs[0])
        with answer:
            pads.answers(runs, drawing)
    pads.correct(runs[0], drawing)
    below(runs, drawing, live=way == LIVE)


def below(runs: Sequence[Run], drawing: Drawing | None, *, live: bool) -> None:
    """Show what is inside, or how the answer changes with the drawing."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "Look at", [LAYERS, CHANGES], default=LAYERS, required=True, key="draw_view",
            label_visibility="collapsed",
        )  # fmt: skip
        with st.popover("Save", icon=":material/download:", disabled=drawing is None):
            if drawing is not None:
                image = drawing.image(runs[0])
                downloads.downloads(image, drawing.strokes, "drawing_files")
    if view == LAYERS and live:
        live_pad.layers("live_layers")
    elif drawing is None:
        st.caption("Draw something first.")
    elif view == LAYERS:
        network.feature_maps(runs[0], drawing.image(runs[0]), "drawing_maps")
    else:
        shift_map.shift_map(runs[0], drawing.image(runs[0]), "drawing_changes", *runs[1:])


run = frame.current_run()
second = selecting.second_run(run)
names = run.class_names
wanted = words.plain(", ".join(names)) if len(names) <= 12 else f"one of {len(names)} classes"
frame.heading("Draw", f"Draw one of these, and see how it is read: {wanted}.")
selecting.bar(run, selecting.selection(run))
if not run.info.dataset.ink:
    st.info(
        f"This network learned from the pictures of “{words.plain(run.info.dataset.name)}”, not "
        "from ink. What you draw is shown to it as white lines on black, so expect little.",
        icon=":material/info:",
    )
draw([run] if second is None else [run, second])
