"""An image from a file: a photograph of a digit, or any image; and what the network sees."""

import io

import numpy as np
import streamlit as st

from dashboard import images
from dashboard.components.pictures import Picture, pictures
from dashboard.widgets import frame
from dashboard.words import drawing as drawing_words
from dashboard.words import text
from pipeline import words
from pipeline.errors import InklingError
from pipeline.ink import inputs
from pipeline.ink.drawing import BlankDrawing
from pipeline.ink.inputs import Given
from pipeline.ink.pictures import SUFFIXES, open_picture
from pipeline.store.run_folder import Run

LARGEST = 25  # MB of a file: more than a phone's photograph has
WIDTH = 132  # CSS pixels: two beside each other


def photo(run: Run, key: str) -> Given | None:
    """Let people upload an image, and show what the network sees.

    Networks that were trained on ink get the ink that is found on it; others get it resized, in its
    own colors, both exactly as `inkling predict` does it. The image stays while the session lasts.

    Args:
        run: the run whose network predicts it.
        key: unique on the page.

    Returns:
        None while there is no image, or if it cannot be read, which a warning says.
    """
    is_ink = run.info.dataset.mnist_framed
    kept = _uploaded(key, drawing_words.UPLOAD_INK if is_ink else drawing_words.UPLOAD)
    if kept is None:
        return None
    name, data = kept
    try:
        picture = open_picture(io.BytesIO(data), name)
        given = inputs.of_picture(picture, run.info.input_shape, mnist_framed=is_ink)
    except BlankDrawing:
        st.warning(drawing_words.NO_INK, icon=":material/image_not_supported:")
        return None
    except InklingError as error:
        st.warning(text.plain(str(error)), icon=":material/image_not_supported:")
        return None
    picture.thumbnail((2 * WIDTH, 2 * WIDTH))  # sharp on fine screens too
    seen = images.for_screen(given.image, mnist_framed=is_ink, dark=frame.is_dark())
    shown = [("The image", f": {name}", np.asarray(picture.convert("RGB")))]
    shown += [(words.SEEN, drawing_words.pixels(given.image, is_ink=is_ink), seen)]
    pictures(
        [Picture(images.data_uri(image), what + more, WIDTH, what) for what, more, image in shown],
        key=f"{key}_read", row=frame.about("The image, and what the network sees", "image"),
    )  # fmt: skip
    return given


def _uploaded(key: str, wording: tuple[str, str]) -> tuple[str, bytes] | None:
    """Let people upload a file; it outlives a change of mode or page. Its name and bytes."""
    place, (label, help) = f"{key}_kept", wording

    def keep() -> None:
        file = st.session_state[key]
        st.session_state[place] = None if file is None else (file.name, file.getvalue())

    st.file_uploader(
        label, type=sorted(SUFFIXES), key=key, max_upload_size=LARGEST, help=help, on_change=keep
    )
    kept: tuple[str, bytes] | None = st.session_state.get(place)
    if kept is not None and st.session_state[key] is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text.plain(kept[0]), width="content")
            st.button("Remove", key=f"{key}_remove", on_click=lambda: st.session_state.pop(place))
    return kept
