"""How long-running work reports progress: one value, passed to one callable."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """The state of long-running work at one moment.

    Attributes:
        stage: what is being done, as shown to the user: "Training", "Evaluating".
        done: how much of the stage is done, in [0, total].
        total: how much there is to do; 0 if unknown.
        note: the latest detail ("epoch 3 of 12").
        metrics: the latest metrics by name, if any.
    """

    stage: str
    done: int = 0
    total: int = 0
    note: str = ""
    metrics: dict[str, float] = field(default_factory=dict)


OnProgress = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Ignore progress: the callable for work that nobody watches."""
