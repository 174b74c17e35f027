"""Draw something, or over a test image, and see what the network makes of it."""

from collections.abc import Sequence

import streamlit as st

from dashboard import words
from dashboard.components import live_pad
from dashboard.selection import Selection
from dashboard.widgets import frame, network, pads, selecting
from pipeline import pictures
from pipeline.runs import Run

LIVE, CANVAS = "While the pen moves", "On the server"


@st.fragment
@frame.plainly
def draw(runs: Sequence[Run], chosen: Selection) -> None:
    """Let people draw in one of the ways, and show what becomes of it."""
    editing = chosen.sample is not None
    way = st.segmented_control(
        "Where the network answers", [LIVE, CANVAS], default=CANVAS if editing else LIVE,
        required=True, key=f"way_{editing}", label_visibility="collapsed",
        help="In this browser at once, or by the server when the pen is lifted.",
    )  # fmt: skip
    if way == LIVE:
        drawing = pads.live(runs)
    else:
        box, answer = st.columns([2, 3], gap="medium")
        with box:
            drawing = pads.on_server(runs[0], chosen)
        with answer:
            if drawing is None:
                st.markdown("#### Nothing drawn yet")
                st.write("The answer comes when you lift the pen.")
            else:
                pads.answers(runs, drawing)
    pads.correct(runs[0], drawing)
    if way == LIVE:
        live_pad.layers("live_layers")
    elif drawing is not None:
        st.subheader("What each layer makes of it")
        image = pictures.ink_to_image(drawing.ink, runs[0].info.input_shape)
        network.feature_maps(runs[0], image, "drawing_maps")


run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
names = run.class_names
wanted = words.plain(", ".join(names)) if len(names) <= 12 else f"one of {len(names)} classes"
frame.heading("Draw", f"Draw one of these, and see how it is read: {wanted}.")
selecting.bar(run, chosen)
if not run.info.dataset.ink:
    st.info(
        f"This network learned from the pictures of “{words.plain(run.info.dataset.name)}”, not "
        "from ink. What you draw is shown to it as white lines on black, so expect little.",
        icon=":material/info:",
    )
draw([run] if second is None else [run, second], chosen)
