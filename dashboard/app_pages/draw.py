"""Draw something, or over a test image, and see what the network makes of it."""

import numpy as np
import streamlit as st

from dashboard import images, loaders, state, words
from dashboard.components.canvas import SIDE, canvas, editor
from dashboard.widgets import frame, galleries, network, selecting
from pipeline import drawing, pictures
from pipeline.errors import InklingError
from pipeline.runs import Run


def drawn(run: Run) -> np.ndarray | None:
    """Let people draw; return what the network sees, or None while nothing is drawn."""
    strokes = canvas("canvas", dark=frame.is_dark())
    if not strokes:
        return None
    return pictures.ink_to_image(drawing.from_strokes(strokes), run.info.input_shape)


def edited(run: Run, sample: int) -> np.ndarray | None:
    """Let people draw over a test image; return what the network sees of it."""
    dataset = galleries.images_of(run)
    if dataset is None:
        return None
    image, dark = dataset.x_test[sample], frame.is_dark()
    label = run.class_names[int(dataset.y_test[sample])]
    st.caption(
        f"Test image {sample:,}, which is “{words.plain(label)}”. Change it until the network "
        "changes its mind."
    )
    shown = images.data_uri(images.for_screen(image, ink=True, dark=dark), scale=10)
    edits = editor(f"editor_{sample}", shown, dark=dark)
    st.button(
        "Draw on blank paper", icon=":material/ink_eraser:",
        on_click=state.change, kwargs={"sample": None},
    )  # fmt: skip
    return drawing.edited(image[..., 0], edits, SIDE)[..., None]


run = frame.current_run()
chosen = selecting.selection(run)
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
editable = run.info.dataset.ink and run.info.input_shape == (drawing.SIZE, drawing.SIZE, 1)
box, answer = st.columns(2, gap="medium")
image = None
with box:
    try:
        over = chosen.sample if editable else None
        image = drawn(run) if over is None else edited(run, over)
    except InklingError as error:
        st.warning(str(error))
with answer:
    if image is None:
        st.markdown("#### Nothing drawn yet")
        st.write("The answer comes when you lift the pen.")
        st.stop()
    shares = loaders.graph(run).probabilities(image[None])[0]
    runner_up, first = (int(label) for label in shares.argsort()[-2:])
    told = words.guess(
        names[first], float(shares[first]), names[runner_up], float(shares[runner_up])
    )
    st.markdown(f"#### {told}")
    st.caption("What the network sees:")
    alt = "Your drawing as the network sees it."
    galleries.picture(image, ink=True, width=140, alt=alt, key="seen")
    network.probabilities(shares, run, "drawing_bars")
st.subheader("What each layer makes of it")
network.feature_maps(run, image, "drawing_maps")
