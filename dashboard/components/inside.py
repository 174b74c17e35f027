"""The view inside a network, which computes in the browser; its scripts are built from `web/`."""

import base64

import numpy as np

from dashboard.components.live_pad import component


def inside(packed: bytes, key: str) -> None:
    """Show the network inside; the picture comes separately, so that another one is quick.

    Args:
        packed: the run, from `inside_spec.describe`.
        key: unique on the page.
    """
    component(key=key, data=packed)


def picture(image: np.ndarray, name: str, key: str) -> None:
    """Give the view a picture; this shows nothing by itself.

    Args:
        image: uint8 (height, width, channels).
        name: differs where the picture does.
        key: unique on the page.
    """
    levels = base64.b64encode(np.ascontiguousarray(image).tobytes()).decode("ascii")
    component(key=key, data={"picture": {"id": name, "levels": levels}})
