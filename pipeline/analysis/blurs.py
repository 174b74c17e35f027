"""Blur as of frosted glass, and as of motion."""

import numpy as np


def glass(
    images: np.ndarray, sigma: float, reach: int, times: int, random: np.random.Generator
) -> np.ndarray:
    """Blur images, swap pixels with neighbors by chance, and blur them again.

    Args:
        images: float32 (n, height, width, channels) in [0, 1].
        sigma: of both blurs, in pixels.
        reach: how far away a neighbor may be, in pixels.
        times: how often each pixel may be swapped.
        random: what to draw chance from.

    Returns:
        float32, shape as `images`. MNIST-C's code treats the columns of a gray image as channels,
        which are not mixed, so gray images are blurred downward only, as in MNIST-C.
    """
    from scipy import ndimage  # only measuring needs it, pages do not

    sigmas = (0, sigma, 0 if images.shape[-1] == 1 else sigma, 0)
    blurred = ndimage.gaussian_filter(images, sigmas, mode="nearest")
    levels = np.floor(255 * np.clip(blurred, 0, 1)) / np.float32(255)
    for _ in range(times):
        _shuffle(levels, reach, random)
    return ndimage.gaussian_filter(levels, sigmas, mode="nearest")


def _shuffle(images: np.ndarray, reach: int, random: np.random.Generator) -> None:
    """Swap half of all pixels with a neighbor, in place, one after the other as in MNIST-C."""
    count, height, width = images.shape[:3]
    for row in range(height - reach, reach, -1):
        for column in range(width - reach, reach, -1):
            swapped = np.flatnonzero(random.random(count, np.float32) < 0.5)
            down, across = random.integers(-reach, reach, (2, len(swapped)))
            here, there = (swapped, row, column), (swapped, row + down, column + across)
            images[here], images[there] = images[there], images[here]


def motion(images: np.ndarray, radius: float, sigma: float, degrees: np.ndarray) -> np.ndarray:
    """Smear images in one direction, as ImageMagick's motion blur does.

    Each pixel becomes a mean of those on a line that starts at it, weighted by half a normal
    distribution. Beyond their edge, images go on as at it.

    Args:
        images: float32 (n, height, width, channels).
        radius: the length of the line, in pixels.
        sigma: of the normal distribution, in pixels.
        degrees: float (n,), the direction of each image's line: 0 is to the right, 90 down.
    """
    height, width = images.shape[1:3]
    steps = np.arange(2 * int(np.ceil(radius)) + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    each = np.arange(len(images))[:, None, None]
    rows, columns = np.arange(height)[:, None], np.arange(width)
    result = np.zeros_like(images)
    for step, weight in zip(steps, weights.astype(np.float32), strict=True):
        across, down = (
            np.ceil(step * part(np.radians(degrees)) - 0.5).astype(int)[:, None, None]
            for part in (np.cos, np.sin)
        )
        row, column = np.clip(rows + down, 0, height - 1), np.clip(columns + across, 0, width - 1)
        result += weight * images[each, row, column]
    return result
