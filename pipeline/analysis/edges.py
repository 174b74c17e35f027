"""Edges of images."""

import numpy as np

SIGMA, LOW, HIGH = 1.0, 0.1, 0.2  # scikit-image's defaults, which MNIST-C's code uses


def canny(images: np.ndarray) -> np.ndarray:
    """Find edges, a pixel wide.

    Source: Canny 1986, "A Computational Approach to Edge Detection", as scikit-image has it: a
    gradient counts where it is the largest along its own direction, and high enough, or connected
    to one that is.

    Args:
        images: float (n, height, width) in [0, 1].

    Returns:
        bool (n, height, width).
    """
    from scipy import ndimage  # only measuring needs it, pages do not

    slope_y, slope_x = _slopes(images)
    size = np.hypot(slope_y, slope_x)
    ridges = np.zeros(images.shape, bool)
    inside = (slice(None), slice(1, -1), slice(1, -1))  # who knows what lies beyond the edge
    ridges[inside] = _is_ridge(slope_y[inside], slope_x[inside], size)
    weak = ridges & (size >= LOW)
    # Connected within an image, also diagonally; never with the next image.
    neighbors = np.zeros((3, 3, 3), bool)
    neighbors[1] = True
    parts, count = ndimage.label(weak, neighbors)
    strong = np.zeros(count + 1, bool)
    strong[np.unique(parts[weak & (size >= HIGH)])] = True
    return strong[parts]


def _slopes(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy import ndimage  # only measuring needs it, pages do not

    sigmas = (0, SIGMA, SIGMA)
    smooth = ndimage.gaussian_filter(images.astype(float), sigmas, mode="constant")
    # What lies beyond the edge does not count, rather than being black.
    smooth /= ndimage.gaussian_filter(np.ones((1, *images.shape[1:])), sigmas, mode="constant")
    return _sobel(smooth, along=1, across=2), _sobel(smooth, along=2, across=1)


def _sobel(images: np.ndarray, along: int, across: int) -> np.ndarray:
    from scipy import ndimage  # only measuring needs it, pages do not

    # SciPy's would also smooth from one image to the next.
    return ndimage.correlate1d(ndimage.correlate1d(images, [-1, 0, 1], along), [1, 2, 1], across)


def _is_ridge(slope_y: np.ndarray, slope_x: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Whether each gradient is at least as large as its neighbors along its direction.

    Args:
        slope_y, slope_x: float (n, height - 2, width - 2), without the border.
        size: float (n, height, width), with it.
    """
    across, along = np.abs(slope_x), np.abs(slope_y)
    # The direction meets the ring of neighbors between a straight one and a diagonal one.
    diagonal = np.minimum(across, along) / np.maximum(np.maximum(across, along), 1e-12)
    each, rows, columns = np.ogrid[tuple(slice(side) for side in slope_y.shape)]
    y, x = np.sign(slope_y).astype(int), np.sign(slope_x).astype(int)
    straight_y, straight_x = y * (along >= across), x * (across > along)
    largest = np.ones(slope_y.shape, bool)
    for way in (1, -1):
        straight = size[each, rows + 1 + way * straight_y, columns + 1 + way * straight_x]
        slanted = size[each, rows + 1 + way * y, columns + 1 + way * x]
        largest &= (
            diagonal * slanted + (1 - diagonal) * straight <= size[each, rows + 1, columns + 1]
        )
    return largest
