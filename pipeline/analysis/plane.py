"""Features -> places on a plane, and planes laid over each other; for films of a training.

Principal components, because a frame of a film has milliseconds and may not jump; the map of a
finished run (`embedding.flat_map`) has seconds, and shows neighborhoods better.
"""

import numpy as np
from threadpoolctl import threadpool_limits

ROUNDS = 2
DIRECTIONS = 16  # iterated together, so that few rounds do; the first two of them are the plane


def plane(features: np.ndarray) -> np.ndarray:
    """Place images where their features vary most: the first two principal components.

    Found by subspace iteration (Halko, Martinsson, Tropp 2011), because of thousands of features
    only two directions are wanted.

    Args:
        features: float (n, dimensions), finite.

    Returns:
        float32 (n, 2), centered, the largest coordinate 1; zeros where nothing varies.
    """
    with threadpool_limits(1, "blas"):  # threads would mostly wait for each other, busily
        return scaled(_components(features))


def _components(features: np.ndarray) -> np.ndarray:
    """Return the first two principal components, (n, 2)."""
    centered = features.astype(np.float32) - features.mean(axis=0, dtype=np.float32)
    start = np.random.default_rng(0).normal(size=(centered.shape[1], DIRECTIONS))
    directions = start.astype(np.float32)
    for _ in range(ROUNDS):
        directions, _ = np.linalg.qr(centered.T @ (centered @ directions))
    _, _, within = np.linalg.svd(centered @ directions, full_matrices=False)
    places = centered @ (directions @ within.T)[:, :2]
    return np.pad(places, ((0, 0), (0, 2 - places.shape[1])))


def scaled(places: np.ndarray) -> np.ndarray:
    """Scale places (n, 2) so that the largest coordinate is 1; zeros stay."""
    size = np.abs(places).max(initial=0)
    return (places / size if size > 0 else np.zeros_like(places)).astype(np.float32)


def aligned(places: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Turn or mirror places (n, 2) so that they lie as close as possible to those before.

    Principal components may swap or change sign from one frame to the next. Source: the orthogonal
    Procrustes problem (Schönemann 1966).
    """
    left, _, right = np.linalg.svd(places.T @ before)
    return scaled(places @ (left @ right))
