"""uint8 images -> network input: the only route for pixels."""

import numpy as np


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
