"""Out-of-distribution detection: how unlike anything in training an image is.

A classifier must choose a class: it takes a W for a 4, and may be confident. This looks at two
vectors of an image, its pixels and its features (the input of the network's last layer), each on
its own:

1. The vector is projected onto the directions in which training images vary most.
2. There, the images of one class lie near a plane, spanned by the directions in which that class
   varies most. The distance to the nearest class's plane measures how atypical the vector is,
   relative to the vector's length: a thick pen and strong features make every distance large.

The score adds the logarithms of both distances, each standardized on validation images.

A plane for each class is SIMCA (Wold 1976, "Pattern recognition by means of disjoint principal
components models"); detecting outliers by features as well as pixels follows Lee et al. 2018, "A
simple unified framework for detecting out-of-distribution samples", and Wang et al. 2022, "ViM".
For the alternatives, see `docs/out-of-distribution.md`. Scoring needs basic arithmetic only, so
that any language can do it, and only numpy, so that pages can.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np

from pipeline.preprocess import to_model_input

USUAL = 0.95  # share of the validation images whose score is not above the threshold
MOST_FITTED = 10_000  # training images, and validation images: more hardly change anything
DIMENSIONS = 48  # of the projection; half as many span a class's plane
MOST_NUMBERS = (
    50_000  # in a projection: long vectors keep fewer dimensions, so the file stays small
)
SHORTEST = 1e-6  # length of a vector whose logarithm is taken
SMALLEST = 1e-12  # square of a distance whose logarithm is taken
SEED = 0
IMAGE = -1  # in place of a layer: the image itself

# As stored in the file; computations use equally rounded values.
STORED = {
    "layer": np.int32,
    "power": np.float64,
    "rest": np.bool_,
    "middle": np.float64,
    "spread": np.float64,
    "mean": np.float32,
    "basis": np.float16,
    "centers": np.float32,
    "directions": np.float16,
}


@dataclass(frozen=True)
class Planes:
    """A plane for each class in one space of vectors, and which distance from them is typical.

    Attributes:
        layer: whose output the vectors are, an index into the serving graph's activations; −1 for
            the image, in [0, 1]. Both are flattened row by row.
        power: of a vector's length, by which its distance is divided.
        rest: whether the part outside the projection counts toward the distance.
        middle, spread: mean and standard deviation of the log distance on validation images.
        mean: float32 (d,), of the training images.
        basis: float32 (d, k), orthonormal columns.
        centers: float32 (classes, k), a point on each plane.
        directions: float32 (classes, k, j), orthonormal columns that span it, or zeros.
    """

    layer: int
    power: float
    rest: bool
    middle: float
    spread: float
    mean: np.ndarray
    basis: np.ndarray
    centers: np.ndarray
    directions: np.ndarray

    def log_distances(self, vectors: np.ndarray) -> np.ndarray:
        """Measure how far vectors are from the nearest plane.

        With x a vector:

            u = x − mean
            z = u · basis
            for each class c:  q = z − centers[c];  d_c = |q|² − |q · directions[c]|²
            d = the smallest d_c;  if `rest`:  d = d + max(0, |u|² − |z|²)
            result = ½ ln max(d, 1e-12) − power · ln max(|x|, 1e-6)

        Args:
            vectors: float (n, d).

        Returns:
            float64 (n,).
        """
        u = vectors.astype(np.float32) - self.mean
        z = u @ self.basis
        nearest = np.full(len(z), np.inf)
        for center, directions in zip(self.centers, self.directions, strict=True):
            q = z - center
            nearest = np.minimum(nearest, _squares(q) - _squares(q @ directions))
        if self.rest:
            nearest = nearest + np.maximum(_squares(u) - _squares(z), 0)
        lengths = np.sqrt(_squares(vectors))
        return 0.5 * np.log(np.maximum(nearest, SMALLEST)) - self.power * np.log(
            np.maximum(lengths, SHORTEST)
        )

    def untypical(self, vectors: np.ndarray) -> np.ndarray:
        """Return (log distance − middle) / spread of vectors (n, d): float64 (n,)."""
        return (self.log_distances(vectors) - self.middle) / self.spread


@dataclass(frozen=True)
class OodDetector:
    """Scores images by the sum of how atypical each of their vectors is.

    Attributes:
        parts: one for each space of vectors.
        threshold: images that score higher are out of distribution; 5% of validation images do.
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
        seen = {IMAGE: to_model_input(image[None]), **dict(enumerate(activations))}
        return float(self.score({p.layer: seen[p.layer].reshape(1, -1) for p in self.parts})[0])

    def is_ood(self, score: float) -> bool:
        """Whether an image with this score is unlike anything in training."""
        return score > self.threshold

    def save(self, file: BinaryIO) -> None:
        """Write it as `.npz`: `threshold`, and the fields of part i as `<field>_<i>`."""
        arrays: dict[str, np.ndarray] = {"threshold": np.array(self.threshold)}
        for number, part in enumerate(self.parts):
            for name, dtype in STORED.items():
                arrays[f"{name}_{number}"] = np.asarray(getattr(part, name)).astype(dtype)
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
        return OodDetector(
            tuple(_read(arrays, i) for i in range(count)), float(arrays["threshold"])
        )


def sample(count: int) -> np.ndarray:
    """Choose which of `count` images to fit on: int64, ascending, at most 10,000."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:MOST_FITTED])


def fit(
    train: Mapping[int, np.ndarray], labels: np.ndarray, valid: Mapping[int, np.ndarray]
) -> OodDetector:
    """Learn what training images look like, and how far from that validation images are.

    Args:
        train: float (n, d) by layer: the training images in [0, 1] under −1 (`IMAGE`), and their
            features under the index of the layer that outputs them.
        labels: int (n,), their classes.
        valid: the same for validation images, which set the threshold.

    Raises:
        ValueError: there are no validation images.
    """
    if min(len(vectors) for vectors in valid.values()) == 0:
        raise ValueError("a threshold needs validation images, and there are none")
    # Pixels: what the principal components leave out is fine detail, not specific to any class, and
    # length counts with power ½, to favor neither dots nor felt-tip pens. Features: all counts.
    parts = []
    for layer, vectors in train.items():
        power, rest = (0.5, False) if layer == IMAGE else (1.0, True)
        parts.append(_fit_planes(layer, vectors, labels, valid[layer], power, rest))
    scores = OodDetector(tuple(parts), 0.0).score(valid)
    return OodDetector(tuple(parts), float(np.quantile(scores, USUAL)))


def _fit_planes(
    layer: int, train: np.ndarray, labels: np.ndarray, valid: np.ndarray, power: float, rest: bool
) -> Planes:
    mean = train.mean(axis=0, dtype=np.float64).astype(np.float32)
    size = train.shape[1]
    most = max(1, min(DIMENSIONS, MOST_NUMBERS // size, size))
    basis = _rounded(_principal(train - mean, most))
    z = (train - mean) @ basis
    centers, directions = [], []
    for label in np.unique(labels):
        own = z[labels == label]
        centers.append(own.mean(axis=0))
        directions.append(_principal(own - centers[-1], most // 2))
    planes = Planes(
        layer=layer,
        power=power,
        rest=rest,
        middle=0.0,
        spread=1.0,
        mean=mean,
        basis=basis,
        centers=np.stack(centers).astype(np.float32),
        directions=_rounded(np.stack(directions)),
    )
    usual = planes.log_distances(valid)
    return replace(planes, middle=float(usual.mean()), spread=float(usual.std()) or 1.0)


def _principal(centered: np.ndarray, count: int) -> np.ndarray:
    """Find the directions in which vectors (n, d) vary most: float64 (d, count), or zeros.

    Principal component analysis by a randomized decomposition (Halko, Martinsson, Tropp 2011,
    "Finding structure with randomness").
    """
    from sklearn.decomposition import PCA  # only fitting needs it, and it is slow to import

    found = np.zeros((centered.shape[1], count))
    kept = min(count, *centered.shape)
    # If nothing varies, any direction would do; zeros are as good, and reproducible.
    if len(centered) < 2 or not np.ptp(centered, axis=0).any():
        return found
    pca = PCA(kept, svd_solver="randomized", random_state=SEED).fit(centered)
    varies = pca.explained_variance_ > 1e-6 * pca.explained_variance_.max()
    found[:, :kept] = pca.components_.T * varies
    return found


def _rounded(array: np.ndarray) -> np.ndarray:
    """Round to the precision of the file, so that the threshold fits what is read from it."""
    return array.astype(np.float16).astype(np.float32)


def _squares(vectors: np.ndarray) -> np.ndarray:
    """Return the squared length of each row: float64 (n,)."""
    return np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)


def _held_as(name: str, number: int, arrays: Mapping[str, np.ndarray]) -> str:
    """Return the key of an array in a file, which may predate the name `centers`."""
    key = f"{name}_{number}"
    return key if key in arrays else key.replace("centers", "centres")


def _read(arrays: Mapping[str, np.ndarray], number: int) -> Planes:
    """Read one part; rounded arrays become float32 again."""
    kept = {name: arrays[_held_as(name, number, arrays)] for name in STORED}
    fields: dict[str, Any] = {
        name: value.item() if value.ndim == 0 else value.astype(np.float32)
        for name, value in kept.items()
    }
    part = Planes(**fields)
    classes, k, _ = part.directions.shape
    if part.basis.shape != (len(part.mean), k) or part.centers.shape != (classes, k):
        raise ValueError("the shapes of its arrays do not match")
    return part
