"""The fifteen corruptions of MNIST-C: noise, blur, light, geometry, and what is drawn over images.

Source: Mu, Gilmer 2019, "MNIST-C: A Robustness Benchmark for Computer Vision", and the code that
its authors published, whose parameters these are; eleven of them come from Hendrycks, Dietterich
2019, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations". Written anew
with NumPy and SciPy and another random generator, so the images are like theirs, not the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis.blurs import glass, motion
from pipeline.analysis.edges import canny
from pipeline.analysis.lines import dotted_line, zigzag
from pipeline.analysis.plasma import plasma_fractal
from pipeline.analysis.warps import centered, warp

SIDE = 28  # of the images that the parameters were chosen for; lengths are scaled for others
MUD = np.array([63, 42, 20], np.float32) / 255  # gray images have the first


@dataclass(frozen=True)
class Images:
    """Images to corrupt.

    Attributes:
        values: float32 (n, height, width, channels) in [0, 1].
        is_ink: whether they are light ink on black, so that what comes in from outside is black;
            if not, it repeats the image's edge.
        random: what to draw chance from.
    """

    values: np.ndarray
    is_ink: bool
    random: np.random.Generator

    @property
    def unit(self) -> float:
        """How many pixels a pixel of 28 is."""
        return min(self.values.shape[1:3]) / SIDE

    def signs(self) -> np.ndarray:
        """Draw −1 or 1 for each image."""
        return self.random.choice([-1, 1], len(self.values))


@dataclass(frozen=True)
class Corruption:
    """A way to corrupt images.

    Attributes:
        apply: images and a parameter -> float (n, height, width, channels), to be clipped.
        parameters: one for each severity, mildest first.
        published: the severity that MNIST-C has, counted from 1.
        ink_only: whether it makes no sense on images that are not light ink on black.
    """

    apply: Callable[[Images, Any], np.ndarray]
    parameters: tuple[Any, ...] = (None,)
    published: int = 1
    ink_only: bool = False


def corrupt(
    images: np.ndarray,
    name: str,
    severity: int | None = None,
    *,
    seed: int = 0,
    is_ink: bool = True,
) -> np.ndarray:
    """Corrupt images.

    Args:
        images: uint8 (n, height, width, channels).
        name: one of `CORRUPTIONS`.
        severity: from 1; None for the one that MNIST-C has.
        seed: of all chance. The same images with the same seed become the same ones again; at
            another severity, chance falls the same way where it can.
        is_ink: whether they are light ink on black.

    Returns:
        uint8, shape as `images`.

    Raises:
        ValueError: images have another type, or there is no such severity.
    """
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(
            f"images must be uint8 (n, height, width, channels), got {images.dtype} {images.shape}"
        )
    corruption = CORRUPTIONS[name]
    severity = corruption.published if severity is None else severity
    if not 1 <= severity <= len(corruption.parameters):
        raise ValueError(f"{name} has severities 1 to {len(corruption.parameters)}, got {severity}")
    random = np.random.default_rng([seed, list(CORRUPTIONS).index(name)])
    scaled = Images(images.astype(np.float32) / 255, is_ink, random)
    return _to_bytes(corruption.apply(scaled, corruption.parameters[severity - 1]))


def turn(images: np.ndarray, degrees: float, *, seed: int = 0, is_ink: bool = True) -> np.ndarray:
    """Turn images about their center, each to the left or to the right by chance.

    Args:
        images: uint8 (n, height, width, channels).
        degrees: 0 changes nothing.
        seed: of chance; an image is turned the same way whatever the angle.
        is_ink: whether they are light ink on black.
    """
    scaled = Images(images.astype(np.float32) / 255, is_ink, np.random.default_rng(seed))
    return _to_bytes(_rotate(scaled, np.radians(degrees)))


def applicable(*, is_ink: bool) -> list[str]:
    """List the corruptions that make sense, in MNIST-C's order: eleven if images are not ink."""
    return [name for name, corruption in CORRUPTIONS.items() if is_ink or not corruption.ink_only]


def _to_bytes(values: np.ndarray) -> np.ndarray:
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)


def _shot_noise(images: Images, photons: float) -> np.ndarray:
    return images.random.poisson(images.values * photons) / photons


def _impulse_noise(images: Images, share: float) -> np.ndarray:
    shape = images.values.shape
    salt = images.random.random(shape, np.float32) < 0.5
    hit = images.random.random(shape, np.float32) < share
    return np.where(hit, salt, images.values)


def _glass_blur(images: Images, how: tuple[float, int, int]) -> np.ndarray:
    sigma, reach, times = how
    reach = max(1, round(reach * images.unit))
    return glass(images.values, sigma * images.unit, reach, times, images.random)


def _motion_blur(images: Images, how: tuple[float, float]) -> np.ndarray:
    radius, sigma = (part * images.unit for part in how)
    return motion(images.values, radius, sigma, images.random.uniform(-45, 45, len(images.values)))


def _shear(images: Images, angle: float) -> np.ndarray:
    # As scikit-image sheared in 2019: what is sheared is also stretched a little.
    signs = images.signs()
    return _by_sign(images, signs, lambda sign: ((1, -sign * np.sin(angle)), (0, np.cos(angle))))


def _rotate(images: Images, angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return _by_sign(images, images.signs(), lambda sign: ((cos, -sign * sin), (sign * sin, cos)))


def _scale(images: Images, factor: float) -> np.ndarray:
    linear = ((1 / factor, 0), (0, 1 / factor))
    return warp(images.values, centered(linear, images.values), is_ink=images.is_ink)


def _translate(images: Images, pixels: int) -> np.ndarray:
    far = max(1, round(pixels * images.unit))
    ways = np.stack([images.signs(), images.signs()], axis=1)
    result = np.empty_like(images.values)
    for across, along in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        chosen = (ways == (across, along)).all(axis=1)
        matrix = np.array([(1, 0, across * far), (0, 1, along * far)], float)
        result[chosen] = warp(images.values[chosen], matrix, is_ink=images.is_ink)
    return result


def _brightness(images: Images, more: float) -> np.ndarray:
    # Hue and saturation stay: only the value of HSV, the largest channel, is raised.
    value = images.values.max(axis=-1, keepdims=True)
    raised = np.clip(value + more, 0, 1)
    return np.where(value > 0, images.values / np.maximum(value, 1e-6), 1) * raised


def _stripe(images: Images, _: None) -> np.ndarray:
    quarter = images.values.shape[2] // 4
    inverted = images.values.copy()
    for part in (slice(None, quarter), slice(-quarter, None)):
        inverted[:, :, part] = 1 - inverted[:, :, part]
    return inverted


def _fog(images: Images, how: tuple[float, float]) -> np.ndarray:
    thickness, decay = how
    height, width = images.values.shape[1:3]
    fog = plasma_fractal(len(images.values), (height, width), decay, images.random)
    brightest = images.values.max(axis=(1, 2, 3), keepdims=True)
    dimmed = brightest / (brightest + thickness)
    return (images.values + thickness * fog[..., None]) * dimmed


def _spatter(images: Images, how: tuple[float, float, float, float, float]) -> np.ndarray:
    mean, deviation, sigma, threshold, softness = how
    shape = images.values.shape[:3]
    liquid = images.random.normal(mean, deviation, shape).astype(np.float32)
    mud = (_blurred(liquid, sigma * images.unit) > threshold).astype(np.float32)
    covered = _blurred(mud, softness * images.unit)
    covered = np.where(covered < 0.8, 0, covered)[..., None]
    return images.values * (1 - covered) + MUD[: images.values.shape[-1]] * covered


def _dotted_line(images: Images, _: None) -> np.ndarray:
    return images.values + dotted_line(images.values.shape[:3], images.random)[..., None]


def _zigzag(images: Images, _: None) -> np.ndarray:
    return images.values + zigzag(images.values.shape[:3], images.random)[..., None]


def _canny_edges(images: Images, _: None) -> np.ndarray:
    channels = np.moveaxis(images.values, -1, 1)
    found = canny(channels.reshape(-1, *channels.shape[2:]))
    return np.moveaxis(found.reshape(channels.shape), 1, -1)


def _by_sign(
    images: Images, signs: np.ndarray, linear: Callable[[int], tuple[tuple[float, float], ...]]
) -> np.ndarray:
    """Warp images by one of two linear maps about their center, as their sign says."""
    result = np.empty_like(images.values)
    for sign in (-1, 1):
        chosen = images.values[signs == sign]
        result[signs == sign] = warp(chosen, centered(linear(sign), chosen), is_ink=images.is_ink)
    return result


def _blurred(fields: np.ndarray, sigma: float) -> np.ndarray:
    from scipy import ndimage  # only measuring needs it, pages do not

    return ndimage.gaussian_filter(fields, (0, sigma, sigma), mode="nearest")


_SPATTER = (
    (0.65, 0.3, 4, 0.69, 0.6),
    (0.65, 0.3, 3, 0.68, 0.6),
    (0.65, 0.3, 2, 0.68, 0.5),
    (0.65, 0.3, 1, 0.65, 1.5),
    (0.67, 0.4, 1, 0.65, 1.5),
)
_GLASS = ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2))
# In MNIST-C's order.
CORRUPTIONS: dict[str, Corruption] = {
    "shot_noise": Corruption(_shot_noise, (60, 25, 12, 5, 3), 5),
    "impulse_noise": Corruption(_impulse_noise, (0.03, 0.06, 0.09, 0.17, 0.27), 4),
    "glass_blur": Corruption(_glass_blur, _GLASS, 1),
    "motion_blur": Corruption(_motion_blur, ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)), 1),
    "shear": Corruption(_shear, (0.2, 0.4, 0.6, 0.8, 1.0), 2),
    "scale": Corruption(_scale, (0.9, 0.8, 0.7, 0.6, 0.5), 3),
    "rotate": Corruption(_rotate, (0.2, 0.4, 0.6, 0.8, 1.0), 2),
    "brightness": Corruption(_brightness, (0.1, 0.2, 0.3, 0.4, 0.5), 5),
    "translate": Corruption(_translate, (1, 2, 3, 4, 5), 3),
    "stripe": Corruption(_stripe, ink_only=True),
    "fog": Corruption(_fog, ((1.5, 2.0), (2.0, 2.0), (2.5, 1.7), (2.5, 1.5), (3.0, 1.4)), 5),
    "spatter": Corruption(_spatter, _SPATTER, 4),
    "dotted_line": Corruption(_dotted_line, ink_only=True),
    "zigzag": Corruption(_zigzag, ink_only=True),
    "canny_edges": Corruption(_canny_edges, ink_only=True),
}
