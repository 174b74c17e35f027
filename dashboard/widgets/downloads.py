"""A drawing or an image as files to download, which `inkling predict` reads."""

import re
from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from dashboard import images
from pipeline.ink import drawing_files
from pipeline.ink.drawing import Strokes
from pipeline.ink.inputs import Given


def of_given(given: Given, key: str, *, is_ink: bool) -> None:
    """Offer what was given to a network, which is ink or an image as it is."""
    strokes = None if given.drawing is None else given.drawing.strokes
    downloads(given.image, strokes, key, "drawing" if is_ink else "image", is_ink=is_ink)


def downloads(
    image: np.ndarray,
    strokes: Strokes | None,
    key: str,
    name: str = "drawing",
    *,
    is_ink: bool = False,
) -> None:
    """Offer an image as PNG, as a table of its pixels, and as strokes where there are any.

    Args:
        image: uint8 (height, width, channels) as the network sees it.
        strokes: as they were drawn; None if there are none.
        key: unique on the page.
        name: of the files, without the suffix, such as "drawing-7".
        is_ink: whether the image is light ink on black, which is said.
    """
    safe = re.sub(r"[^\w-]+", "-", name).strip("-") or "drawing"
    height, width = image.shape[:2]
    # Made when they are clicked: a file that is made before is gone with the next stroke.
    offered: list[tuple[str, str, str, Callable[[], str | bytes]]] = [
        ("PNG", "png", "image/png", partial(_png, image)),
        ("CSV", "csv", "text/csv", partial(drawing_files.to_csv, image)),
    ]
    if strokes:
        to_json = partial(drawing_files.to_json, strokes)
        offered.append(("JSON", "json", "application/json", to_json))
    with st.container(horizontal=True, gap="small"):
        for label, end, mime, make in offered:
            st.download_button(
                label,
                make,
                file_name=f"{safe}.{end}",
                mime=mime,
                icon=":material/download:",
                key=f"{key}_{end}",
                on_click="ignore",
                type="tertiary",
                help=f"Save as {safe}.{end}",
            )
    said = f"PNG and CSV hold the {width}×{height} pixels that the network sees"
    if is_ink:
        said += ", light on black"
    if strokes:
        said += "; JSON holds your strokes"
    st.caption(f"{said}. `inkling predict` reads all of them.")


def _png(image: np.ndarray) -> bytes:
    return images.png(images.for_screen(image, mnist_framed=False, dark=False))
