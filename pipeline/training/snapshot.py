"""What a running training shows after an epoch, as a value and as a file. Knows no Keras."""

import json
from dataclasses import dataclass
from typing import IO

import numpy as np

from pipeline.training.checkpoint import Row
from pipeline.training.film import Film

_FACTS, _PICTURES = "facts", "pictures"  # members of the file


@dataclass(frozen=True)
class Snapshot:
    """What there is to see of a training after an epoch.

    Attributes:
        rows: the history so far, one row per epoch; see `fit.Trained`.
        epochs: how many it shall have.
        class_names: of its dataset.
        mnist_framed: whether images are light ink on black.
        pictures: uint8 (k, height, width, channels): the pinned images.
        moment: a film of one frame, the newest, with its looks.
    """

    rows: tuple[Row, ...]
    epochs: int
    class_names: tuple[str, ...]
    mnist_framed: bool
    pictures: np.ndarray
    moment: Film

    def save(self, file: IO[bytes]) -> None:
        """Write it as .npz."""
        facts = {
            "rows": self.rows,
            "epochs": self.epochs,
            "class_names": self.class_names,
            "mnist_framed": self.mnist_framed,
        }
        members = self.moment.members()
        members |= {_FACTS: np.array(json.dumps(facts)), _PICTURES: self.pictures}
        np.savez(file, allow_pickle=False, **members)


def load(file: IO[bytes]) -> Snapshot:
    """Read what `Snapshot.save` wrote.

    Raises:
        OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile: the file is damaged.
    """
    with np.load(file, allow_pickle=False) as members:
        facts = json.loads(str(members[_FACTS]))
        return Snapshot(
            rows=tuple({str(name): float(row[name]) for name in row} for row in facts["rows"]),
            epochs=int(facts["epochs"]),
            class_names=tuple(map(str, facts["class_names"])),
            mnist_framed=bool(facts["mnist_framed"]),
            pictures=members[_PICTURES],
            moment=Film.of_members(members),
        )
