"""uint8 images -> network input: the only route for pixels."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Pixels = Literal["unit", "bytes", "signed"]


@dataclass(frozen=True)
class PixelRange:
    """What a network's pixels lie between; ours are in [0, 1].

    Attributes:
        name: in words.
        scale, offset: bring pixels in [0, 1] there.
    """

    name: str
    scale: float
    offset: float


# What networks that were trained elsewhere take.
RANGES: dict[Pixels, PixelRange] = {
    "unit": PixelRange("0 to 1", 1.0, 0.0),
    "bytes": PixelRange("0 to 255", 255.0, 0.0),
    "signed": PixelRange("−1 to 1", 2.0, -1.0),
}


def to_model_input(images: np.ndarray) -> np.ndarray:
    """Scale images to [0, 1].

    Args:
        images: uint8 (n, height, width, channels) in [0, 255].

    Returns:
        float32 of the same shape in [0, 1]. No other preprocessing happens outside the network.

    Raises:
        ValueError: another dtype or number of axes.
    """
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(
            f"images must be uint8 (n, height, width, channels), got {images.dtype} "
            f"{images.shape}; scale them to 0–255 first"
        )
    return images.astype(np.float32) / np.float32(255)
