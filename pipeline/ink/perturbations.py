"""Perturbations of one image, step by step: shifted, rotated, scaled, ink with another pen, too.

They start from the image as a network sees it. Nothing is framed again, so the results are what the
network was not prepared for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from pipeline.ink.pen import edge_distance

Kind = Literal["across", "along", "turn", "scale", "pen"]

MARGIN = 3  # pixels of black around an image that is resampled: the reach of bicubic interpolation
FINE = 4  # steps per pixel in which the edge of ink is located
STEPS = 8  # to either side, when an image is shifted
FARTHEST = 8 / 28  # of a side
TURNS = np.arange(-60.0, 61.0, 10.0)  # degrees
SCALES = np.arange(5, 17) / 10
PENS = np.arange(-4, 13) / 4  # pixels of 28


@dataclass(frozen=True)
class Sweep:
    """An image under one kind of perturbation, step by step.

    Attributes:
        kind: "across" (pixels to the right), "along" (pixels down), "turn" (degrees clockwise),
            "scale" (factor) or "pen" (pixels by which its strokes are wider).
        values: of each step, increasing.
        neutral: which step changes nothing.
        images: uint8 (steps, height, width, channels).
    """

    kind: Kind
    values: tuple[float, ...]
    neutral: int
    images: np.ndarray


def moved(image: np.ndarray, dx: float, dy: float, *, is_ink: bool = True) -> np.ndarray:
    """Shift an image; what leaves is lost.

    Args:
        image: uint8 (height, width, channels).
        dx, dy: pixels to the right and down. Integers are exact.
        is_ink: whether what comes in is black; if not, it repeats the image's edge.

    Returns:
        uint8, shape as `image`.
    """
    return _read(image, (1, 0, -dx, 0, 1, -dy), is_ink=is_ink)


def turned(image: np.ndarray, degrees: float, *, is_ink: bool = True) -> np.ndarray:
    """Rotate an image about its center.

    Args:
        image: uint8 (height, width, channels).
        degrees: clockwise. Quarter turns of a square are exact.
        is_ink: see `moved`.

    Returns:
        uint8, shape as `image`.
    """
    height, width = image.shape[:2]
    middle_x, middle_y = width / 2, height / 2
    # Rounded, so that the cosine of 90° is exactly 0.
    cos, sin = (round(float(part(np.radians(degrees))), 12) for part in (np.cos, np.sin))
    return _read(
        image,
        (
            cos, sin, middle_x - cos * middle_x - sin * middle_y,
            -sin, cos, middle_y + sin * middle_x - cos * middle_y,
        ),
        is_ink=is_ink,
    )  # fmt: skip


def scaled(image: np.ndarray, factor: float, *, is_ink: bool = True) -> np.ndarray:
    """Scale the content of an image about its center.

    Args:
        image: uint8 (height, width, channels).
        factor: new size over old size, above 0.
        is_ink: see `moved`.

    Returns:
        uint8, shape as `image`; smoothed when it is made smaller.
    """
    height, width = image.shape[:2]
    reach = 1 / factor  # share of the image that fills the result
    pad = MARGIN + int(np.ceil(max(height, width) * max(reach - 1, 0) / 2))
    left, top = (pad + side * (1 - reach) / 2 for side in (width, height))
    box = (left, top, left + width * reach, top + height * reach)

    def resized(padded: Image.Image) -> Image.Image:
        return padded.resize((width, height), Image.Resampling.BICUBIC, box=box)

    return _by_channel(image, pad, resized, is_ink=is_ink)


def thickened(image: np.ndarray, pixels: float) -> np.ndarray:
    """Draw the ink of an image with a wider pen, or a narrower one.

    Args:
        image: uint8 (height, width, channels), light ink on black.
        pixels: by which strokes become wider: half of it on either side. 0 changes nothing;
            positive values never remove ink.

    Returns:
        uint8, shape as `image`.
    """
    return _with_pens(image, np.array([pixels]))[0]


def sweeps(image: np.ndarray, *, is_ink: bool = True) -> list[Sweep]:
    """Perturb an image in five ways, or in four if it is no ink, 12 to 17 steps each.

    Args:
        image: uint8 (height, width, channels). How far it is shifted, and how much wider its pen
            becomes, is proportional to its sides: up to 8 and 3 pixels of 28.
        is_ink: whether it is light ink on black: it has a pen, and what comes in is black.
    """
    height, width = image.shape[:2]
    right, down = _steps(width), _steps(height)
    found = [
        _sweep("across", right, 0, [moved(image, dx, 0, is_ink=is_ink) for dx in right]),
        _sweep("along", down, 0, [moved(image, 0, dy, is_ink=is_ink) for dy in down]),
        _sweep("turn", TURNS, 0, [turned(image, angle, is_ink=is_ink) for angle in TURNS]),
        _sweep("scale", SCALES, 1, [scaled(image, factor, is_ink=is_ink) for factor in SCALES]),
    ]
    if is_ink:
        pens = PENS * max(height, width) / 28
        found.append(_sweep("pen", pens, 0, _with_pens(image, pens)))
    return found


def decision_boundary(predicted: np.ndarray, neutral: int) -> tuple[int | None, int | None]:
    """Find where a prediction first changes, to either side of the unchanged image.

    Args:
        predicted: int (steps,), the class predicted at each step.
        neutral: the step that changes nothing.

    Returns:
        The nearest step before, and after, with another prediction; None if there is none.
    """
    other = np.flatnonzero(predicted != predicted[neutral])
    before, after = other[other < neutral], other[other > neutral]
    return (
        int(before[-1]) if len(before) else None,
        int(after[0]) if len(after) else None,
    )


def _steps(side: int) -> np.ndarray:
    """Return integer shifts in pixels, evenly to either side: float64, increasing."""
    farthest = max(1, round(side * FARTHEST))
    return np.unique(np.rint(np.linspace(-farthest, farthest, 2 * STEPS + 1)))


def _sweep(kind: Kind, values: np.ndarray, neutral: float, images: list[np.ndarray]) -> Sweep:
    (at,) = np.flatnonzero(values == neutral)
    return Sweep(kind, tuple(map(float, values)), int(at), np.stack(images))


def _read(image: np.ndarray, source: tuple[float, ...], *, is_ink: bool) -> np.ndarray:
    """Sample an image at (a·x + b·y + c, d·x + e·y + f), in coordinates with edges at 0."""
    height, width = image.shape[:2]
    # Beyond its margin an image is black: where its edge goes on, the margin is as wide as it.
    pad = MARGIN if is_ink else max(height, width)
    a, b, c, d, e, f = source

    def transformed(padded: Image.Image) -> Image.Image:
        return padded.transform(
            (width, height),
            Image.Transform.AFFINE,
            (a, b, c + pad, d, e, f + pad),
            Image.Resampling.BICUBIC,
        )

    return _by_channel(image, pad, transformed, is_ink=is_ink)


def _by_channel(
    image: np.ndarray, pad: int, change: Callable[[Image.Image], Image.Image], *, is_ink: bool
) -> np.ndarray:
    """Pad each channel, with black around ink, change it, and stack the channels again."""
    around = ((pad, pad), (pad, pad), (0, 0))
    padded = np.pad(image, around) if is_ink else np.pad(image, around, mode="edge")
    channels = [change(Image.fromarray(channel)) for channel in np.moveaxis(padded, -1, 0)]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)


def _with_pens(image: np.ndarray, pixels: np.ndarray) -> list[np.ndarray]:
    """Draw ink with other pens: one uint8 array, shape as `image`, per value of `pixels`."""
    channels = [_pens_of(channel, pixels) for channel in np.moveaxis(image, -1, 0)]
    return [np.stack(of_one, axis=-1) for of_one in zip(*channels, strict=True)]


def _pens_of(ink: np.ndarray, pixels: np.ndarray) -> list[np.ndarray]:
    """Draw ink (h, w) with other pens, by the distance of each point to the ink's edge.

    A wider pen's ink is added to the existing ink; a narrower one's is all that is left of it.
    """
    height, width = ink.shape
    half = int(ink.max()) / 2
    pad = MARGIN
    fine = Image.fromarray(np.pad(ink, pad)).resize(
        ((width + 2 * pad) * FINE, (height + 2 * pad) * FINE), Image.Resampling.BICUBIC
    )
    inked = np.asarray(fine) > half
    if not inked.any():
        return [ink.copy() for _ in pixels]
    depth = edge_distance(inked)

    def shape(wider: float) -> np.ndarray:
        covered = np.clip(depth + wider / 2 * FINE + 0.5, 0, 1)
        whole = covered.reshape(height + 2 * pad, FINE, width + 2 * pad, FINE).mean(axis=(1, 3))
        return whole[pad:-pad, pad:-pad]

    def drawn(wider: float) -> np.ndarray:
        if wider == 0:
            return ink.copy()
        with_pen = np.rint(shape(wider) * ink.max()).astype(np.uint8)
        return np.maximum(ink, with_pen) if wider > 0 else np.minimum(ink, with_pen)

    return [drawn(float(wider)) for wider in pixels]
