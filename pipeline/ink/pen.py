"""Distance of each point to the edge of the ink: what widening and thinning a pen is based on."""

import numpy as np


def edge_distance(inked: np.ndarray) -> np.ndarray:
    """Measure how far each point is from the edge of the ink.

    Strokes of a round pen are the points within half its width of a line, so removing or adding a
    rim by this distance gives the strokes of another pen.

    Args:
        inked: bool (height, width), some of it True.

    Returns:
        float64 (height, width), pixels: positive inside, negative outside. The edge itself lies
        half a pixel from the points at both its sides.
    """
    from scipy import ndimage  # slow to import, and strokes do not need it

    inside = ndimage.distance_transform_edt(inked)
    outside = ndimage.distance_transform_edt(~inked)
    return np.where(inked, inside - 0.5, 0.5 - outside)
