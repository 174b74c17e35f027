"""The film of a training as its view in the browser reads it (`dashboard/components/film.js`)."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.training.film import Film
from pipeline.training.looks import Looks

_WHOLE = 127  # what the largest weight of a frame is sent as
_CERTAIN = 65_535  # what a probability of 1 is sent as


def describe(
    film: Film, image_shape: tuple[int, int, int], class_names: Sequence[str]
) -> dict[str, Any]:
    """Describe a film: numbers in base64, little-endian.

    Args:
        film: with a frame or more.
        image_shape: (height, width, channels) of what the network takes.
        class_names: in label order.

    Returns:
        JSON-able: `epochs`, `losses`, `accuracies`, a number per frame; `names`; `kernels`, None or
        `height`, `width`, `units` and int8 `levels` (n, units, height, width), the largest weight
        of a frame being ±127; `looks`, None or uint32 `matrices`, uint16 `probabilities` (n, k,
        classes), int8 `places` (n, m, 2), `labels` of the map, `pinned` labels, and `drawn`:
        which of these are drawings.
    """
    return {
        "epochs": [round(float(epoch), 4) for epoch in film.epochs],
        "losses": [float(loss) for loss in film.losses],
        "accuracies": [float(share) for share in film.accuracies],
        "names": list(class_names),
        "kernels": _kernels(film, image_shape),
        "looks": None if film.looks is None else _looks(film.looks),
    }


def _kernels(film: Film, image_shape: tuple[int, int, int]) -> dict[str, Any] | None:
    """Describe the first layer's kernels; those of a dense layer are as large as the image."""
    place = next((at for at, name in enumerate(film.names) if name.endswith("/kernel")), None)
    if place is None:
        return None
    kernels = film.frames[place].astype(np.float32)
    frames, units = len(kernels), kernels.shape[-1]
    if kernels.ndim == 3 and kernels.shape[1] == np.prod(image_shape):
        kernels = kernels.reshape(frames, *image_shape, units)
    if kernels.ndim != 5:
        return None
    seen = kernels.sum(axis=3).transpose(0, 3, 1, 2)  # all channels together
    peaks = np.abs(seen).max(axis=(1, 2, 3), keepdims=True)
    levels = np.where(peaks > 0, seen / np.where(peaks > 0, peaks, 1), 0)
    return {
        "height": seen.shape[2],
        "width": seen.shape[3],
        "units": units,
        "levels": _packed((levels * _WHOLE).round().astype(np.int8)),
    }


def _looks(looks: Looks) -> dict[str, Any]:
    followed, classes = looks.followed, looks.probabilities.shape[2]
    shares = looks.probabilities.astype(np.float32).clip(0, 1)
    return {
        "matrices": _packed(looks.matrices.astype("<u4")) if looks.matrices.shape[1] else None,
        "probabilities": _packed((shares * _CERTAIN).round().astype("<u2")),
        "places": _packed(looks.places),
        "labels": followed.labels.clip(0, classes - 1).tolist(),
        "pinned": followed.pinned_labels.clip(0, classes - 1).tolist(),
        "drawn": (followed.pinned < 0).tolist(),
    }


def _packed(numbers: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii")
