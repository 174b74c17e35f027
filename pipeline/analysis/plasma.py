"""Clouds: random fields that are rough at every scale."""

import numpy as np

SIDE = 256  # of a field, a power of two; larger than images, which see a corner of it
BATCH = 100  # fields at a time: 26 MB


def plasma_fractal(
    count: int, shape: tuple[int, int], decay: float, random: np.random.Generator
) -> np.ndarray:
    """Make fields by the diamond-square algorithm, on a torus.

    Source: Fournier, Fussell, Carpenter 1982, "Computer Rendering of Stochastic Models"; in the
    form that MNIST-C's code has.

    Args:
        count: how many.
        shape: (height, width) of a field's corner that is returned, at most 256 each.
        decay: by which chance shrinks from scale to scale, squared; less than 2 is rough.
        random: what to draw chance from.

    Returns:
        float32 (count, height, width). Whole fields have the range [0, 1].
    """
    found = np.empty((count, *shape), np.float32)
    for start in range(0, count, BATCH):
        fields = _fields(min(BATCH, count - start), decay, random)
        low, high = (part(axis=(1, 2), keepdims=True) for part in (fields.min, fields.max))
        corner = fields[:, : shape[0], : shape[1]]
        found[start : start + BATCH] = (corner - low) / (high - low)
    return found


def _fields(count: int, decay: float, random: np.random.Generator) -> np.ndarray:
    fields = np.zeros((count, SIDE, SIDE), np.float32)
    step, size = SIDE, 1.0

    def mean(four: np.ndarray) -> np.ndarray:
        return four / 4 + size * (2 * random.random(four.shape, np.float32) - 1)

    while step > 1:
        half = step // 2
        corners = fields[:, ::step, ::step]
        pairs = corners + np.roll(corners, -1, axis=1)
        fields[:, half::step, half::step] = mean(pairs + np.roll(pairs, -1, axis=2))
        # A view, so the middles just computed are part of it.
        middles = fields[:, half::step, half::step]
        above = middles + np.roll(middles, 1, axis=1) + corners + np.roll(corners, -1, axis=2)
        fields[:, ::step, half::step] = mean(above)
        beside = middles + np.roll(middles, 1, axis=2) + corners + np.roll(corners, -1, axis=1)
        fields[:, half::step, ::step] = mean(beside)
        step, size = half, size / decay**2
    return fields
