"""The numbers of an image: as a grid, and flattened into one line."""

from pathlib import Path

import numpy as np
import streamlit as st

HERE = Path(__file__).parent
GRID = 680  # CSS pixels that a grid should not exceed, if its cells can be that small
SMALLEST_CELL, LARGEST_CELL = 24, 40  # CSS pixels: room for three digits

_component = st.components.v2.component(
    "inkling_pixels",
    html="""
<div class="pixels">
  <p class="told"></p>
  <div class="scroll"><table></table></div>
  <p class="name"></p>
  <div class="strip" role="img"></div>
</div>
""",
    css=(HERE / "pixels.css").read_text("utf-8"),
    js=(HERE / "pixels.js").read_text("utf-8"),
)


def pixels(
    image: np.ndarray, *, mnist_framed: bool, dark: bool, key: str, channel: int = 0
) -> None:
    """Show every number of an image, in the grid and in the vector that a network gets.

    Args:
        image: uint8 (height, width, channels); 8 to 64 pixels high and wide.
        mnist_framed: whether it is light ink on black; then paper is light in light mode.
        dark: whether the page is dark.
        key: unique on the page.
        channel: the one of its channels that is shown.
    """
    width, channels = image.shape[1:]
    _component(
        key=key,
        data={
            "numbers": image[..., channel].tolist(),
            "channel": channel,
            "channels": channels,
            "inverted": mnist_framed and not dark,
            "cell": min(max(GRID // width, SMALLEST_CELL), LARGEST_CELL),
        },
    )
