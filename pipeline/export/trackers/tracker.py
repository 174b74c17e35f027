"""What a tracker is: it is told of a training as it goes, and gets runs once they are there."""

import hashlib
import platform
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run
from pipeline.store.run_info import DatasetInfo
from pipeline.training.checkpoint import Checkpoint, Row

End = Literal["stopped", "failed", "discarded"]


@dataclass(frozen=True)
class Underway:
    """A training that has begun.

    Attributes:
        config: its settings, resolved.
        dataset: what it learns from.
        created: when it began, as its run will say.
        place: what is the same for another attempt at the same training in the same store.
        rows: the epochs that it goes on from, if it was interrupted; see `fit.Trained`.
        resumed: whether it goes on from another attempt.
    """

    config: TrainConfig
    dataset: DatasetInfo
    created: datetime
    place: str
    rows: tuple[Row, ...] = ()
    resumed: bool = False

    @classmethod
    def of(
        cls,
        config: TrainConfig,
        dataset: Dataset,
        created: datetime,
        place: Path,
        checkpoint: Checkpoint | None = None,
    ) -> "Underway":
        """Describe a training.

        Args:
            config: its settings, resolved.
            dataset: what it learns from.
            created: when it began.
            place: a path that another attempt at it has, too, and no other training.
            checkpoint: what it goes on from; None from the beginning.
        """
        # Hashed, so that it tells nobody on another machine where the store is.
        hidden = _hashed(platform.node(), str(place.absolute()))
        rows = tuple(checkpoint.rows) if checkpoint else ()
        return cls(
            config, DatasetInfo.of(dataset), created, hidden, rows, resumed=checkpoint is not None
        )

    @property
    def key(self) -> str:
        """What its run will have, too; see `key_of`."""
        return _hashed(self.created.isoformat(), self.dataset.fingerprint, str(self.config.seed))


class Tracker(Protocol):
    """What keeps track of runs outside of the store.

    Each method raises InklingError if the tracker cannot be reached or written.
    """

    name: str
    option: str  # what the command line calls it

    def begin(self, training: Underway) -> None:
        """Note that a training begins."""

    def epoch(self, row: Row) -> None:
        """Note the numbers of an epoch of the training that has begun; see `fit.Trained`."""

    def end(self, how: End) -> None:
        """Note that the training that has begun ended without a run."""

    def has(self, run: Run) -> bool:
        """Say whether all there was of a run was written before."""

    def record(self, run: Run) -> str:
        """Write all there is of a run, once, however often it is called; return where it is."""


def key_of(run: Run) -> str:
    """Return what tells a run from all others, and is known when its training begins."""
    seed = run.info.config.seed if run.info.config else run.id
    return _hashed(run.info.created.isoformat(), run.info.dataset.fingerprint, str(seed))


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:20]
