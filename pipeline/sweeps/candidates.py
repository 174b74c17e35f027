"""What a search chooses from, as values."""

from dataclasses import dataclass

from pipeline.config import TrainConfig

EPOCH, ACCURACY = "epoch", "val_accuracy"  # as the rows of a history call them


@dataclass(frozen=True)
class Candidate:
    """One training that a search may give up.

    Attributes:
        key: its name.
        config: its settings, none of them None.
        stays: whether it is never given up.
    """

    key: str
    config: TrainConfig
    stays: bool = False


@dataclass(frozen=True)
class Known:
    """A training that is over, finished or given up.

    Attributes:
        kind: see `results.kind`; only trainings of one kind are compared with each other.
        history: validation accuracy after each epoch, in [0, 1].
    """

    kind: tuple[str, str]
    history: tuple[float, ...]
