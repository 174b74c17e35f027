"""The film of a training: its weights at moments from before the first step to the end.

Of a small network all weights are kept, so that every frame can predict; of a larger one the first
layer's kernels, as pictures of what it looks for. Knows no Keras: pages read films, too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import IO

import numpy as np

from pipeline.training.looks import Look, Looks

MOST_WEIGHTS = 25_000  # of a network that is filmed whole: 26 classes of 28×28 pixels are
MOST_UNITS = 16  # of the first layer of a larger one
MOST_BYTES = 460_000  # of all frames, before they are compressed
FRAME_BYTES = 40_000  # of a frame of a larger network
MOST_FRAMES = 100
WITHIN_FIRST = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of the first epoch, in which most happens
LARGEST = float(np.finfo(np.float16).max)
_ABOUT, _FRAMES = "about", "frames"  # members of the file
_CURVES = ("epochs", "losses", "accuracies")


@dataclass(frozen=True)
class Film:
    """The frames of a training, in order.

    Attributes:
        names: of the filmed weights, as in "hidden1/kernel".
        is_whole: whether they are all weights of the network.
        epochs: float32 (n,): how far the training was, 0 before its first step. A film whose
            first frame is later belongs to a training that was resumed without the one so far.
        losses, accuracies: float32 (n,), on validation images: of frames within the first epoch
            on some of them, of the others on all.
        frames: per name, float16 (n, *shape).
        looks: at validation images, one per frame; None in films of earlier versions.
    """

    names: tuple[str, ...]
    is_whole: bool
    epochs: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray
    frames: tuple[np.ndarray, ...]
    looks: Looks | None = None

    def __post_init__(self) -> None:
        """Check that everything is there for every frame; raises ValueError if not."""
        parts = (self.epochs, self.losses, self.accuracies, *self.frames)
        lengths = {len(part) for part in parts}
        if self.looks is not None:
            lengths.add(len(self.looks))
        if len(self.names) != len(self.frames) or len(lengths) != 1:
            raise ValueError("a film needs every number and every weight once per frame")

    @classmethod
    def begin(
        cls, weights: Mapping[str, np.ndarray], looks: Looks | None = None, *, is_whole: bool
    ) -> "Film":
        """Return a film of these weights that has no frame yet."""
        none = np.empty(0, np.float32)
        frames = tuple(np.empty((0, *value.shape), np.float16) for value in weights.values())
        return cls(tuple(weights), is_whole, none, none, none, frames, looks)

    def with_frame(
        self,
        epoch: float,
        loss: float,
        accuracy: float,
        weights: Mapping[str, np.ndarray],
        look: Look | None = None,
    ) -> "Film":
        """Return the film with another frame at its end; with a look if it has looks."""

        def longer(numbers: np.ndarray, number: float) -> np.ndarray:
            return np.append(numbers, np.float32(number))

        return replace(
            self,
            epochs=longer(self.epochs, epoch),
            losses=longer(self.losses, loss),
            accuracies=longer(self.accuracies, accuracy),
            frames=tuple(
                np.concatenate([kept, _half(weights[name])[None]])
                for name, kept in zip(self.names, self.frames, strict=True)
            ),
            looks=self.looks.with_look(look) if self.looks is not None and look else None,
        )

    def last(self) -> "Film":
        """Return its last frame alone."""
        return replace(
            self,
            epochs=self.epochs[-1:],
            losses=self.losses[-1:],
            accuracies=self.accuracies[-1:],
            frames=tuple(kept[-1:] for kept in self.frames),
            looks=self.looks.last() if self.looks is not None else None,
        )

    def members(self) -> dict[str, np.ndarray]:
        """Return it as named arrays, none of which is pickled; see `of_members`."""
        about = json.dumps({"names": self.names, "is_whole": self.is_whole})
        return {
            _ABOUT: np.array(about),
            **{name: getattr(self, name) for name in _CURVES},
            **{f"{_FRAMES}_{place:03d}": kept for place, kept in enumerate(self.frames)},
            **(self.looks.members() if self.looks is not None else {}),
        }

    @classmethod
    def of_members(cls, members: Mapping[str, np.ndarray]) -> "Film":
        """Return the film that `members` gave; others among them are ignored.

        Raises:
            ValueError, KeyError: one is missing or malformed.
        """
        about = json.loads(str(members[_ABOUT]))
        if not isinstance(about, dict):
            raise ValueError("a film's description is malformed")
        names = tuple(str(name) for name in about["names"])
        frames = tuple(members[f"{_FRAMES}_{place:03d}"] for place in range(len(names)))
        epochs, losses, accuracies = (members[name] for name in _CURVES)
        looks = Looks.of_members(members)
        return cls(names, bool(about["is_whole"]), epochs, losses, accuracies, frames, looks)

    def save(self, file: IO[bytes]) -> None:
        """Write it as .npz, in less than 500 kB."""
        np.savez_compressed(file, allow_pickle=False, **self.members())


def load(file: IO[bytes]) -> Film:
    """Read what `Film.save` wrote.

    Raises:
        OSError, ValueError, KeyError, EOFError, BadZipFile: the file is damaged.
    """
    with np.load(file, allow_pickle=False) as members:
        return Film.of_members(members)


def moments(epochs: int, steps: int, frame_bytes: int) -> frozenset[int]:
    """Choose the steps after which a frame is kept; 0 is before the first one.

    Those are some of the first epoch, and the end of every epoch; where that would be too many,
    ever fewer epochs, as less and less happens. The last one is always among them.

    Args:
        epochs: of the training, at least 1.
        steps: of an epoch, at least 1.
        frame_bytes: of a frame.
    """
    most = min(MOST_FRAMES, max(2, MOST_BYTES // frame_bytes))
    early = {0, *(round(share * steps) for share in WITHIN_FIRST)} - {steps}
    if len(early) >= most:
        early = {0}
    return frozenset(early | {epoch * steps for epoch in _spread(epochs, most - len(early))})


def _spread(epochs: int, most: int) -> set[int]:
    """Choose at most so many epochs, ever sparser; the last one is among them."""
    if epochs <= most:
        return set(range(1, epochs + 1))
    found, points = {epochs}, 2
    while len(more := _geometric(epochs, points)) <= most:
        found, points = more, points + 1
    return found


def _geometric(epochs: int, points: int) -> set[int]:
    return set(np.geomspace(1, epochs, points).round().astype(int).tolist())


def _half(weights: np.ndarray) -> np.ndarray:
    return np.clip(weights, -LARGEST, LARGEST).astype(np.float16)
