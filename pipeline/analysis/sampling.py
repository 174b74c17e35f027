"""Choosing some images of many, the same ones every time."""

import numpy as np

SEED = 0


def sample(labels: np.ndarray, count: int) -> np.ndarray:
    """Choose images of each class in proportion, seeded.

    Args:
        labels: int (n,), the classes of all images.
        count: how many to choose; all, if there are fewer.

    Returns:
        int64 (min(n, count),), their indices, ascending.
    """
    shuffled = np.random.default_rng(SEED).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    count = min(count, len(labels))
    return np.sort(by_class[np.arange(count) * len(labels) // max(count, 1)])
