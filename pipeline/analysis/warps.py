"""Affine maps of many images at once, with bilinear interpolation."""

import numpy as np

Linear = tuple[tuple[float, float], ...]


def centered(linear: Linear, images: np.ndarray) -> np.ndarray:
    """Return the affine map (2, 3) with a linear part that leaves the center of images in place.

    Args:
        linear: two rows of two: (x, y) of the result -> (x, y) of the image.
        images: (n, height, width, channels).
    """
    height, width = images.shape[1:3]
    center = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.array(linear, float)
    return np.column_stack([matrix, center - matrix @ center])


def warp(images: np.ndarray, matrix: np.ndarray, *, is_ink: bool) -> np.ndarray:
    """Read images at other places.

    Args:
        images: float32 (n, height, width, channels).
        matrix: float (2, 3), from (x, y, 1) of the result, in pixels from 0, to (x, y) of images.
        is_ink: whether images are black beyond their edge; if not, their edge goes on.

    Returns:
        float32, shape as `images`.
    """
    from scipy import sparse  # only measuring needs it, pages do not

    count, height, width, channels = images.shape
    ys, xs = np.divmod(np.arange(height * width), width)
    # Rounded, so that a pixel that stays in place is not mixed with its neighbors.
    x, y = np.round(matrix @ np.stack([xs, ys, np.ones_like(xs)]), 9)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    weights, sources = [], []
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = left + dx, top + dy
        weight = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
        if is_ink:
            weight *= (column >= 0) & (column < width) & (row >= 0) & (row < height)
        weights.append(weight)
        sources.append(np.clip(row, 0, height - 1) * width + np.clip(column, 0, width - 1))
    places = np.tile(np.arange(height * width), 4)
    pixels = (height * width, height * width)
    # Two of four sources may be the same pixel: their weights add up.
    mixing = sparse.coo_array((np.concatenate(weights), (places, np.concatenate(sources))), pixels)
    flat = images.reshape(count, height * width, channels).transpose(1, 0, 2)
    mixed = mixing.tocsr().astype(np.float32) @ flat.reshape(height * width, -1)
    mixed = mixed.reshape(height * width, count, channels).transpose(1, 0, 2)
    return np.ascontiguousarray(mixed).reshape(images.shape)
