"""What a network in training makes of validation images, frame by frame. Knows no Keras."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

PINNED = 5  # images
MAPPED = 1000  # validation images at most
MOST_CLASSES = 100  # of a matrix that is kept
_FOLLOWED, _LOOKS = "followed_", "looks_"  # what the names of members begin with
_WHOLE = 127  # what a coordinate of 1 is kept as


@dataclass(frozen=True)
class Followed:
    """The images by which a training is followed.

    Attributes:
        labels: int32 (m,): the true classes of those on the map.
        pinned: int32 (k,): places in the validation part; −1 for a drawing.
        pinned_labels: int32 (k,).
        drawn: uint8 (d, height, width, channels): the drawings among them, in order.
    """

    labels: np.ndarray
    pinned: np.ndarray
    pinned_labels: np.ndarray
    drawn: np.ndarray

    def pictures(self, validation: np.ndarray) -> np.ndarray:
        """Return the pinned images, uint8 (k, …), given those of the validation part."""
        drawn = iter(self.drawn)
        return np.stack([next(drawn) if at < 0 else validation[at] for at in self.pinned])


@dataclass(frozen=True)
class Look:
    """One look at them.

    Attributes:
        matrix: uint32 (classes, classes): true class, predicted class.
        probabilities: float (k, classes) of the pinned images.
        places: float32 (m, 2) in [−1, 1]; see `analysis.plane`.
    """

    matrix: np.ndarray
    probabilities: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class Looks:
    """All looks so far.

    Attributes:
        followed: what is looked at.
        matrices: uint32 (n, classes, classes); (n, 0, 0) where there are too many classes.
        probabilities: float16 (n, k, classes).
        places: int8 (n, m, 2): 127 is 1.
    """

    followed: Followed
    matrices: np.ndarray
    probabilities: np.ndarray
    places: np.ndarray

    @classmethod
    def begin(cls, followed: Followed, classes: int) -> "Looks":
        """Return none so far."""
        side = classes if classes <= MOST_CLASSES else 0
        return cls(
            followed,
            np.empty((0, side, side), np.uint32),
            np.empty((0, len(followed.pinned), classes), np.float16),
            np.empty((0, len(followed.labels), 2), np.int8),
        )

    def with_look(self, look: Look) -> "Looks":
        """Return them with another one at their end."""
        side = self.matrices.shape[1]
        matrix = look.matrix[:side, :side].astype(np.uint32)
        probabilities = look.probabilities.astype(np.float16)
        places = (look.places * _WHOLE).round().astype(np.int8)
        return replace(
            self,
            matrices=np.concatenate([self.matrices, matrix[None]]),
            probabilities=np.concatenate([self.probabilities, probabilities[None]]),
            places=np.concatenate([self.places, places[None]]),
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.matrices)

    def newest_places(self) -> np.ndarray | None:
        """Return the newest map, float32 (m, 2) in [−1, 1]; None if there is none."""
        return self.places[-1].astype(np.float32) / _WHOLE if len(self) else None

    def last(self) -> "Looks":
        """Return the last one alone."""
        return replace(
            self,
            matrices=self.matrices[-1:],
            probabilities=self.probabilities[-1:],
            places=self.places[-1:],
        )

    def members(self) -> dict[str, np.ndarray]:
        """Return them as named arrays; see `of_members`."""
        return {
            **{_FOLLOWED + at.name: getattr(self.followed, at.name) for at in fields(Followed)},
            **{_LOOKS + name: getattr(self, name) for name in _ARRAYS},
        }

    @classmethod
    def of_members(cls, members: Mapping[str, np.ndarray]) -> "Looks | None":
        """Return what `members` gave; None if there is nothing of it, as in older films.

        Raises:
            ValueError, KeyError: a part of it is missing or malformed.
        """
        if not any(name.startswith(_LOOKS) for name in members):
            return None
        followed = Followed(*(members[_FOLLOWED + at.name] for at in fields(Followed)))
        found = cls(followed, *(members[_LOOKS + name] for name in _ARRAYS))
        if len({len(getattr(found, name)) for name in _ARRAYS}) != 1:
            raise ValueError("there must be every part of a look once per frame")
        return found


_ARRAYS = ("matrices", "probabilities", "places")


def look_bytes(followed: Followed, classes: int) -> int:
    """Return how many bytes a look takes before it is compressed."""
    looks = Looks.begin(followed, classes)
    kept = (getattr(looks, name) for name in _ARRAYS)
    return sum(int(np.prod(part.shape[1:])) * part.itemsize for part in kept)
