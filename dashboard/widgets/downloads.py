"""A drawing as files to download, which `inkling predict` reads."""

import re

import numpy as np
import streamlit as st

from dashboard import images
from pipeline.ink import drawing_files
from pipeline.ink.drawing import Strokes


def downloads(image: np.ndarray, strokes: Strokes | None, key: str, name: str = "drawing") -> None:
    """Offer a drawing as PNG, as a table of its pixels, and as its strokes where there are any.

    Args:
        image: uint8 (height, width, channels) as the network sees it, light on black.
        strokes: as they were drawn; None if the drawing has none.
        key: unique on the page.
        name: of the files, without the suffix, such as "drawing-7".
    """
    safe = re.sub(r"[^\w-]+", "-", name).strip("-") or "drawing"
    height, width = image.shape[:2]
    picture = images.for_screen(image, mnist_framed=False, dark=False)
    offered: list[tuple[str, str, str, str | bytes]] = [
        ("PNG", "png", "image/png", images.png(picture)),
        ("CSV", "csv", "text/csv", drawing_files.to_csv(image)),
    ]
    if strokes:
        offered.append(("JSON", "json", "application/json", drawing_files.to_json(strokes)))
    with st.container(horizontal=True, gap="small"):
        for label, end, mime, data in offered:
            st.download_button(
                label,
                data,
                file_name=f"{safe}.{end}",
                mime=mime,
                icon=":material/download:",
                key=f"{key}_{end}",
                on_click="ignore",
                type="tertiary",
                help=f"Save as {safe}.{end}",
            )
    said = f"PNG and CSV hold the {width}×{height} pixels that the network sees, light on black"
    if strokes:
        said += "; JSON holds your strokes"
    st.caption(f"{said}. `inkling predict` reads all of them.")
