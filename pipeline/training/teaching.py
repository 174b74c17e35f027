"""What a network is taught: images with their right classes, some of them held back.

Knows no Keras: pages read it, too.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np

from pipeline.analysis.proof import HeldBack
from pipeline.training.checkpoint import ExtraExamples

HELD_BACK = 5  # every fifth image, on average
DRAWN = -1  # in place of the index of a test image
_MEMBERS = ("ids", "images", "labels", "held_back", "test_index", "before", "after")


def is_held_back(image: np.ndarray) -> bool:
    """Say whether an image is never taught, so that it can prove what was learned.

    That follows from its pixels alone: the same drawing stays on its side in every training, even
    if somebody undoes its correction and gives it another class.

    Args:
        image: uint8, as it was corrected.
    """
    return hashlib.sha256(np.ascontiguousarray(image).tobytes()).digest()[0] % HELD_BACK == 0


@dataclass(frozen=True)
class TeachingSet:
    """Images and their right classes.

    Attributes:
        ids: of the corrections; "" for a test image whose label was marked as wrong.
        images: uint8 (n, height, width, channels), as the network sees them.
        labels: int64 (n,).
        held_back: bool (n,), which of them are not taught.
        test_index: int64 (n,), the index of a test image, or −1 for a drawing.
    """

    ids: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    held_back: np.ndarray
    test_index: np.ndarray

    def __len__(self) -> int:
        """How many images there are."""
        return len(self.labels)

    @property
    def taught(self) -> int:
        """How many are not held back."""
        return int(np.count_nonzero(~self.held_back))

    @property
    def taught_test_images(self) -> tuple[int, ...]:
        """The indices of the test images among those taught."""
        taught = self.test_index[~self.held_back]
        return tuple(taught[taught != DRAWN].tolist())

    def examples(self, training_images: int, share: float) -> ExtraExamples:
        """Return those to learn from, shown so often that they make up a share of all images.

        Args:
            training_images: how many others there are, each shown once.
            share: in (0, 1); more, if showing each once is more.
        """
        wanted = share / (1 - share) * training_images / max(self.taught, 1)
        taught = ~self.held_back
        return ExtraExamples(self.images[taught], self.labels[taught], max(1, round(wanted)))


@dataclass(frozen=True)
class Taught:
    """What a network was taught, and what it made of it.

    Attributes:
        lessons: the teaching set.
        before, after: int64 (n,), what it predicted before, and predicts now.
    """

    lessons: TeachingSet
    before: np.ndarray
    after: np.ndarray

    @property
    def proof(self) -> HeldBack:
        """How it reads what was held back."""
        kept = self.lessons.held_back
        return HeldBack.of(self.lessons.labels[kept], self.before[kept], self.after[kept])

    def save(self, file: IO[bytes]) -> None:
        """Write it as .npz."""
        lessons = self.lessons
        values: Sequence[object] = (
            np.array(lessons.ids, np.str_), lessons.images, lessons.labels, lessons.held_back,
            lessons.test_index, self.before, self.after,
        )  # fmt: skip
        members = {name: np.asarray(value) for name, value in zip(_MEMBERS, values, strict=True)}
        np.savez_compressed(file, allow_pickle=False, **members)


def load(file: IO[bytes]) -> Taught:
    """Read what `Taught.save` wrote.

    Raises:
        OSError, ValueError, KeyError, EOFError, BadZipFile: the file is damaged.
    """
    with np.load(file, allow_pickle=False) as members:
        found: Mapping[str, np.ndarray] = {name: members[name] for name in _MEMBERS}
    if len({len(values) for values in found.values()}) != 1:
        raise ValueError("a teaching set needs every value once per image")
    ids, *others, before, after = (found[name] for name in _MEMBERS)
    return Taught(TeachingSet(tuple(ids.tolist()), *others), before, after)
