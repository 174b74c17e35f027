"""The view inside a network, which computes in the browser; its scripts are built from `web/`."""

import base64
from typing import Any

import numpy as np

from dashboard.components.live_pad import component


def inside(packed: bytes, key: str) -> Any:
    """Show the network inside; the picture comes separately, so that another one is quick.

    Args:
        packed: the run, from `inside_spec.describe`.
        key: unique on the page.

    Returns:
        The maps and units that are switched off or scaled, if it is asked what that changes on all
        test images: [gate, factor] pairs as the browser sent them, unchecked. None otherwise.
    """
    result = component(key=key, data=packed, on_switched_change=lambda: None)
    return result.get("switched")


def picture(image: np.ndarray, name: str, key: str) -> None:
    """Give the view a picture; this shows nothing by itself.

    Args:
        image: uint8 (height, width, channels).
        name: differs where the picture does.
        key: unique on the page.
    """
    levels = base64.b64encode(np.ascontiguousarray(image).tobytes()).decode("ascii")
    component(key=key, data={"picture": {"id": name, "levels": levels}})
