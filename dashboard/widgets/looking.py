"""Where the network looks: a map over the ink on the live pad."""

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import choices, explaining, work
from dashboard.words import drawing as drawing_words
from dashboard.words import text
from pipeline.store.run_folder import Run

OFF, CAM = "Off", "Grad-CAM"
METHODS = {OFF: None, "Gradient × input": "times_input", "Gradient": "gradient", CAM: "cam"}


def method(run: Run) -> str | None:
    """Let people choose how to show where a run looks; see `pad_spec.METHODS`.

    Where the run cannot be explained, that is said, with a way to change it if there is one.

    Returns:
        None for no map.
    """
    anatomy = loaders.anatomy(run)
    able = anatomy is not None and not anatomy.no_gradients
    chosen = choices.segmented(
        "draw_looks",
        "Where it looks",
        list(METHODS),
        labeled=True,
        disabled=not able,
        explained=explaining.hover("saliency", "gradient", "grad_cam"),
    )
    if address.presenting():
        return METHODS[chosen] if able else None
    if anatomy is None:
        work.taking_apart(run, drawing_words.NOT_EXPLAINED_YET)
    elif anatomy.no_gradients:
        st.caption(text.plain(drawing_words.NOT_EXPLAINED.format(why=anatomy.no_gradients)))
    elif chosen == CAM and anatomy.last_convolution is None:
        st.caption(drawing_words.NO_CAM)
        return None
    return METHODS[chosen] if able else None
