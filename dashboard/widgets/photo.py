"""A photograph of a digit on paper, and what the network sees."""

import numpy as np
import streamlit as st

from dashboard import images
from dashboard.components.pictures import Picture, pictures
from dashboard.widgets import frame
from dashboard.words import text
from pipeline.errors import InklingError
from pipeline.ink import drawing, photos
from pipeline.ink.pictures import SUFFIXES, open_picture
from pipeline.store.runs import Run

LARGEST = 25  # MB of a file: more than a phone's photograph has
WIDTH = 140  # CSS pixels


def photo(run: Run, key: str) -> np.ndarray | None:
    """Let people upload a photograph, and show what the network sees.

    Args:
        run: the run whose network predicts it.
        key: unique on the page.

    Returns:
        Ink uint8 (28, 28), 0 is paper, to be fitted by `drawing.ink_to_image`; None while there
        is no photograph, or if it cannot be read, which a warning says.
    """
    file = st.file_uploader(
        "Photograph of one digit on paper",
        type=sorted(SUFFIXES),
        key=key,
        max_upload_size=LARGEST,
        help="One digit, alone on the paper and away from its edges. On a phone you can use the "
        "camera.",
    )
    if file is None:
        return None
    try:
        picture = open_picture(file, file.name)
        ink = drawing.from_pixels(photos.find_ink(picture))
    except drawing.BlankDrawing:
        st.warning(
            "No digit stands out from the paper. Write one digit, darker and away from the edges.",
            icon=":material/image_not_supported:",
        )
        return None
    except InklingError as error:
        st.warning(text.plain(str(error)), icon=":material/image_not_supported:")
        return None
    picture.thumbnail((2 * WIDTH, 2 * WIDTH))  # sharp on fine screens too
    seen = drawing.ink_to_image(ink, run.info.input_shape)
    shown = images.for_screen(seen, mnist_framed=True, dark=frame.is_dark())
    pictures(
        [
            Picture(
                images.data_uri(np.asarray(picture.convert("RGB"))),
                "The photograph.",
                WIDTH,
                "The photograph",
            ),
            Picture(
                images.data_uri(shown),
                "The photograph as the network sees it.",
                WIDTH,
                "What the network sees",
            ),
        ],
        key=f"{key}_read",
        side_by_side=True,
    )
    return ink
