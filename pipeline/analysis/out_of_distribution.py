"""Out-of-distribution detection: how unlike anything in training an image is.

A classifier must choose a class: it takes a W for a 4, and may be confident. This looks at up to
three vectors of an image, each on its own: its pixels, the averages of a middle layer's maps (which
parts there are, wherever they are), and its features (the input of the network's last layer). In
each space, images of one class lie near a plane (`class_planes.py`); the distance to the nearest
class's plane measures how atypical the vector is. The score adds the logarithms of all distances,
each standardized on validation images.

Detecting outliers in several layers at once follows Lee et al. 2018, "A simple unified framework
for detecting out-of-distribution samples", and features of length 1 Sun et al. 2022,
"Out-of-distribution detection with deep nearest neighbors". For the alternatives, see
`docs/out-of-distribution.md`. Scoring needs basic arithmetic and numpy only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from pipeline.analysis import class_planes
from pipeline.analysis.class_planes import SEED, Planes, Space
from pipeline.preprocess import to_model_input

USUAL = 0.96  # share of the validation images whose score is not above the threshold
MOST_FITTED = 10_000  # training images, and validation images: more hardly change anything
IMAGE = -1  # in place of a layer: the image itself


@dataclass(frozen=True)
class OodDetector:
    """Scores images by the sum of how atypical each of their vectors is.

    Attributes:
        parts: one for each space of vectors.
        threshold: images that score higher are out of distribution; 4% of validation images do.
    """

    parts: tuple[Planes, ...]
    threshold: float

    def score(self, vectors: Mapping[int, np.ndarray]) -> np.ndarray:
        """Score images.

        Args:
            vectors: float (n, d) for each part, by its layer.

        Returns:
            float64 (n,): about 0 is typical, larger is further from anything in training.
        """
        return np.sum([part.untypical(vectors[part.layer]) for part in self.parts], axis=0)

    def score_activations(self, image: np.ndarray, activations: Sequence[np.ndarray]) -> float:
        """Score one image.

        Args:
            image: uint8 (height, width, channels).
            activations: what `ServingGraph.activations` returns for it.
        """
        return float(self.score(self.vectors(image, activations))[0])

    def vectors(
        self, image: np.ndarray, activations: Sequence[np.ndarray]
    ) -> dict[int, np.ndarray]:
        """Return what it looks at of one image, by layer: float (1, d); as `score` takes it."""
        seen = {IMAGE: to_model_input(image[None])[0], **dict(enumerate(activations))}
        return {part.layer: part.vectors(seen[part.layer][None]) for part in self.parts}

    def is_ood(self, score: float) -> bool:
        """Whether an image with this score is unlike anything in training."""
        return score > self.threshold

    def save(self, file: BinaryIO) -> None:
        """Write it as `.npz`: `threshold`, and the fields of part i as `<field>_<i>`."""
        arrays: dict[str, np.ndarray] = {"threshold": np.array(self.threshold)}
        for number, part in enumerate(self.parts):
            for name, array in class_planes.stored(part).items():
                arrays[f"{name}_{number}"] = array
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load(file: BinaryIO) -> OodDetector:
    """Read what `OodDetector.save` wrote.

    Raises:
        ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile: it is damaged.
    """
    with np.load(file, allow_pickle=False) as arrays:
        count = sum(name.startswith("layer_") for name in arrays)
        if count == 0:
            raise ValueError("it contains no planes")
        parts = tuple(class_planes.read(_part(arrays, number)) for number in range(count))
        return OodDetector(parts, float(arrays["threshold"]))


def sample(count: int) -> np.ndarray:
    """Choose which of `count` images to fit on: int64, ascending, at most 10,000."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:MOST_FITTED])


def fit(
    train: Mapping[int, np.ndarray],
    labels: np.ndarray,
    valid: Mapping[int, np.ndarray],
    averaged: Collection[int] = (),
) -> OodDetector:
    """Learn what training images look like, and how far from that images may usually be.

    Args:
        train: float (n, d) by layer: the training images in [0, 1] under −1 (`IMAGE`), and what a
            layer gives for them under its index.
        labels: int (n,), their classes.
        valid: the same for validation images, which say what distance is typical, and strange.
        averaged: those of the layers whose vectors are averages of their maps.

    Raises:
        ValueError: there are no validation images.
    """
    if min(len(vectors) for vectors in valid.values()) == 0:
        raise ValueError("a threshold needs validation images, and there are none")
    parts = tuple(
        _space(layer, layer in averaged).fit(vectors, labels, valid[layer])
        for layer, vectors in train.items()
    )
    scores = OodDetector(parts, 0.0).score(valid)
    return OodDetector(parts, float(np.quantile(scores, USUAL)))


def _space(layer: int, averaged: bool) -> Space:
    """Choose how vectors are looked at."""
    if layer == IMAGE:
        # What the principal components leave out is fine detail, not specific to any class, and
        # length counts with power ½, to favor neither dots nor felt-tip pens.
        return Space(layer, power=0.5, rest=False)
    return Space(layer, averaged=averaged, unit=True, bounded=True)


def _part(arrays: Mapping[str, np.ndarray], number: int) -> dict[str, np.ndarray]:
    """Return the arrays of one part by their names, also those that had other names once."""
    end = f"_{number}"
    found = {name.removesuffix(end): name for name in arrays if name.endswith(end)}
    return {name.replace("centres", "centers"): arrays[key] for name, key in found.items()}
