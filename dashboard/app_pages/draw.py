"""Draw something and see what the network makes of it."""

import streamlit as st

from dashboard import loaders, words
from dashboard.components.canvas import canvas
from dashboard.widgets import frame, galleries, network
from pipeline import drawing, pictures
from pipeline.errors import InklingError

run = frame.current_run()
names = run.class_names
wanted = words.plain(", ".join(names)) if len(names) <= 12 else f"one of {len(names)} classes"
frame.heading("Draw", f"Draw one of these, and see how it is read: {wanted}.")
if not run.info.dataset.ink:
    st.info(
        f"This network learned from the pictures of “{words.plain(run.info.dataset.name)}”, not "
        "from ink. What you draw is shown to it as white lines on black, so expect little.",
        icon=":material/info:",
    )
box, answer = st.columns(2, gap="medium")
with box:
    strokes = canvas("canvas", dark=frame.is_dark())
image = None
try:
    if strokes:
        image = pictures.ink_to_image(drawing.from_strokes(strokes), run.info.input_shape)
except InklingError as error:
    st.warning(str(error))
with answer:
    if image is None:
        st.markdown("#### Nothing drawn yet")
        st.write("The answer comes when you lift the pen.")
        st.stop()
    shares = loaders.graph(run).probabilities(image[None])[0]
    second, first = (int(label) for label in shares.argsort()[-2:])
    told = words.guess(names[first], float(shares[first]), names[second], float(shares[second]))
    st.markdown(f"#### {told}")
    st.caption("What the network sees:")
    alt = "Your drawing as the network sees it."
    galleries.picture(image, ink=True, width=140, alt=alt, key="seen")
    network.probabilities(shares, run, "drawing_bars")
st.subheader("What each layer makes of it")
network.feature_maps(run, image, "drawing_maps")
