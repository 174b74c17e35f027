"""How long-running work reports progress: one value, handed to one callable."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """A moment of some long work.

    Attributes:
        stage: what is being done, in the words a person reads: "Training", "Evaluating".
        done: how much of the stage is done, in [0, total].
        total: how much there is to do; 0 where that is not known.
        note: the newest thing worth knowing ("epoch 3 of 12").
        metrics: the newest numbers by name, where there are any.
    """

    stage: str
    done: int = 0
    total: int = 0
    note: str = ""
    metrics: dict[str, float] = field(default_factory=dict)


OnProgress = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Say nothing: the callable for work that nobody watches."""
