"""A plane for each class in a space of vectors: how far a vector is from the nearest one.

Vectors of one class lie near a plane, spanned by the directions in which that class varies most
(SIMCA: Wold 1976, "Pattern recognition by means of disjoint principal components models"). Only
basic arithmetic is needed to measure the distance, so that any language can do it, and only numpy,
so that pages can; `web/src/out_of_distribution.js` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

DIMENSIONS = 48  # of the projection; half as many span a class's plane
MOST_NUMBERS = (
    50_000  # in a projection: long vectors keep fewer dimensions, so the file stays small
)
SHORTEST = 1e-6  # length of a vector that something is divided by
SMALLEST = 1e-12  # square of a distance whose logarithm is taken
SEED = 0

# As stored in the file; computations use equally rounded values.
STORED = {
    "layer": np.int32,
    "averaged": np.bool_,
    "unit": np.bool_,
    "power": np.float64,
    "rest": np.bool_,
    "middle": np.float64,
    "spread": np.float64,
    "mean": np.float32,
    "basis": np.float16,
    "centers": np.float32,
    "directions": np.float16,
}
AXES = {"mean": 1, "basis": 2, "centers": 2, "directions": 3}  # the others are numbers
NOT_ALWAYS = {"averaged": np.False_, "unit": np.False_}  # what files before these names mean


@dataclass(frozen=True)
class Space:
    """Which vectors are looked at, and how their distance from the planes is measured.

    Attributes:
        layer: whose output the vectors are, an index into the serving graph's activations; −1 for
            the image, in [0, 1]. Both are flattened row by row.
        averaged: whether each of the layer's maps counts by its average alone, wherever in the
            image it responds.
        unit: whether vectors are scaled to length 1 first. A short vector means a weak response, as
            to a dot or a thin pen: the directions of vectors say more than their lengths.
        bounded: whether it also counts how far along a plane a vector is, in units of the class's
            own variance there; else a plane has no end.
        power: of a vector's length, by which its distance is divided.
        rest: whether the part outside the projection counts toward the distance.
    """

    layer: int
    averaged: bool = False
    unit: bool = False
    bounded: bool = False
    power: float = 0.0
    rest: bool = True

    def fit(self, train: np.ndarray, labels: np.ndarray, valid: np.ndarray) -> "Planes":
        """Fit the planes.

        Args:
            train: float (n, d), vectors of training images.
            labels: int (n,), their classes.
            valid: float (m, d), vectors of validation images: what distance is typical.
        """
        train = _scaled(train) if self.unit else train
        mean = train.mean(axis=0, dtype=np.float64).astype(np.float32)
        size = train.shape[1]
        most = max(1, min(DIMENSIONS, MOST_NUMBERS // size, size))
        basis = _rounded(_principal(train - mean, most)[0])
        z = (train - mean) @ basis
        centers, directions = [], []
        for label in np.unique(labels):
            own = z[labels == label]
            centers.append(own.mean(axis=0))
            along, variances = _principal(own - centers[-1], most // 2)
            directions.append(along * _reach(variances) if self.bounded else along)
        planes = Planes(
            layer=self.layer,
            averaged=self.averaged,
            unit=self.unit,
            power=self.power,
            rest=self.rest,
            middle=0.0,
            spread=1.0,
            mean=mean,
            basis=basis,
            centers=np.stack(centers).astype(np.float32),
            directions=_rounded(np.stack(directions)),
        )
        usual = planes.log_distances(valid)
        return replace(planes, middle=float(usual.mean()), spread=float(usual.std()) or 1.0)


@dataclass(frozen=True)
class Planes:
    """A plane for each class in one space of vectors, and which distance from them is typical.

    Attributes:
        layer, averaged, unit, power, rest: see `Space`.
        middle, spread: mean and standard deviation of the log distance on validation images.
        mean: float32 (d,), of the training images.
        basis: float32 (d, k), orthonormal columns: the directions in which they vary most.
        centers: float32 (classes, k), a point on each plane.
        directions: float32 (classes, k, j), orthogonal columns that span it, of length 1 where the
            plane has no end, shorter where it is bounded, or zeros.
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
    averaged: bool = False
    unit: bool = False

    def vectors(self, outputs: np.ndarray) -> np.ndarray:
        """Return what is looked at of its layer's outputs, float (n, …), of n images: (n, d)."""
        if self.averaged:
            outputs = outputs.reshape(len(outputs), -1, outputs.shape[-1]).mean(axis=1)
        return outputs.reshape(len(outputs), -1)

    def log_distances(self, vectors: np.ndarray) -> np.ndarray:
        """Measure how far vectors are from the nearest plane.

        With x a vector, of length 1 if `unit`:

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
        x = _scaled(vectors) if self.unit else vectors
        u = x.astype(np.float32) - self.mean
        z = u @ self.basis
        nearest = np.full(len(z), np.inf)
        for center, directions in zip(self.centers, self.directions, strict=True):
            q = z - center
            nearest = np.minimum(nearest, _squares(q) - _squares(q @ directions))
        if self.rest:
            nearest = nearest + np.maximum(_squares(u) - _squares(z), 0)
        lengths = np.sqrt(_squares(x))
        return 0.5 * np.log(np.maximum(nearest, SMALLEST)) - self.power * np.log(
            np.maximum(lengths, SHORTEST)
        )

    def untypical(self, vectors: np.ndarray) -> np.ndarray:
        """Return (log distance − middle) / spread of vectors (n, d): float64 (n,)."""
        return (self.log_distances(vectors) - self.middle) / self.spread


def stored(planes: Planes) -> dict[str, np.ndarray]:
    """Return each field as a file has it."""
    return {name: np.asarray(getattr(planes, name)).astype(kind) for name, kind in STORED.items()}


def read(arrays: Mapping[str, np.ndarray]) -> Planes:
    """Read what `stored` returned; rounded arrays become float32 again.

    Raises:
        ValueError, KeyError: it is damaged.
    """
    kept = {name: NOT_ALWAYS[name] if _lacks(arrays, name) else arrays[name] for name in STORED}
    for name, value in kept.items():
        if value.ndim != AXES.get(name, 0) or value.dtype.kind not in "biuf":
            raise ValueError(f"{name} is {value.dtype} {value.shape}")
    fields: dict[str, Any] = {
        name: value.item() if value.ndim == 0 else value.astype(np.float32)
        for name, value in kept.items()
    }
    planes = Planes(**fields)
    classes, k, _ = planes.directions.shape
    if planes.basis.shape != (len(planes.mean), k) or planes.centers.shape != (classes, k):
        raise ValueError("the shapes of its arrays do not match")
    return planes


def _lacks(arrays: Mapping[str, np.ndarray], name: str) -> bool:
    return name in NOT_ALWAYS and name not in arrays


def _principal(centered: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the directions in which vectors (n, d) vary most, and their variance there.

    Principal component analysis by a randomized decomposition (Halko, Martinsson, Tropp 2011,
    "Finding structure with randomness").

    Returns:
        Float64 (d, count), orthonormal columns or zeros, and float64 (count,), descending.
    """
    from sklearn.decomposition import PCA  # only fitting needs it, and it is slow to import

    found, variances = np.zeros((centered.shape[1], count)), np.zeros(count)
    kept = min(count, *centered.shape)
    # If nothing varies, any direction would do; zeros are as good, and reproducible.
    if len(centered) < 2 or not np.ptp(centered, axis=0).any():
        return found, variances
    pca = PCA(kept, svd_solver="randomized", random_state=SEED).fit(centered)
    varies = pca.explained_variance_ > 1e-6 * pca.explained_variance_.max()
    found[:, :kept] = pca.components_.T * varies
    variances[:kept] = pca.explained_variance_ * varies
    return found, variances


def _reach(variances: np.ndarray) -> np.ndarray:
    """Return how long directions are, so that what is far along a plane is far from it.

    As in probabilistic PCA (Tipping, Bishop 1999): a step along a direction counts as its share of
    the variance there, in units of the variance in the plane's narrowest direction.
    """
    varies = variances > 0
    narrowest = variances[varies].min(initial=np.inf)
    return np.sqrt(1 - np.divide(narrowest, variances, where=varies, out=np.ones(len(variances))))


def _scaled(vectors: np.ndarray) -> np.ndarray:
    """Scale vectors (n, d) to length 1."""
    lengths = np.sqrt(_squares(vectors))[:, None]
    return (vectors / np.maximum(lengths, SHORTEST)).astype(np.float32)


def _rounded(array: np.ndarray) -> np.ndarray:
    """Round to the precision of the file, so that the threshold fits what is read from it."""
    return array.astype(np.float16).astype(np.float32)


def _squares(vectors: np.ndarray) -> np.ndarray:
    """Return the squared length of each row: float64 (n,)."""
    return np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
