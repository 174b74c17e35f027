"""How long-running work reports progress: one value, passed to one callable."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, TextIO

PERCENTS = ("accuracy", "val_accuracy")


@dataclass(frozen=True)
class Progress:
    """The state of long-running work at one moment.

    Attributes:
        stage: what is being done, as shown to the user: "Training", "Evaluating".
        done: how much of the stage is done, in [0, total].
        total: how much there is to do; 0 if unknown.
        note: the latest detail ("epoch 3 of 12").
        metrics: the latest metrics by name, if any.
        history: the validation accuracy after each epoch so far, in [0, 1], those before an
            interruption included; () where nothing is trained.
        images_per_second: how quickly it learns; 0 where nothing is trained, or nobody knows yet.
        seconds_left: until the stage is done, as far as can be told; None if that is unknown.
        picture: writes what there is to see of a training after an epoch (`training.snapshot`)
            into a file; None if there is nothing new.
        stoppable: whether it can be stopped now; what finishes a run cannot.
        run_id: the run that is published already, if any: what is left only adds to it.
    """

    stage: str
    done: int = 0
    total: int = 0
    note: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    history: tuple[float, ...] = ()
    images_per_second: float = 0.0
    seconds_left: float | None = None
    picture: Callable[[IO[bytes]], object] | None = None
    stoppable: bool = True
    run_id: str = ""


class Discarded(Exception):
    """Raised by whom progress is reported to: end the work and leave nothing behind."""


OnProgress = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Ignore progress: the callable for work that nobody watches."""


class PlainLines:
    """One line per stage and per epoch: enough for a log, without flooding it."""

    def __init__(self, to: TextIO) -> None:
        """Write to a stream."""
        self._to, self._last = to, ""

    def __call__(self, progress: Progress) -> None:
        """Write a line if there is something new."""
        if progress.stage == "Downloading" and progress.done < progress.total:
            return
        newest = f"{progress.stage} {progress.metrics.get('epoch', '')}"
        if newest != self._last:
            self._last = newest
            print(f"{progress.stage}: {note(progress)}", file=self._to, flush=True)


def note(progress: Progress) -> str:
    """Write its note, with its accuracies."""
    numbers = [
        f"{name.replace('val_', 'validation ')} {100 * progress.metrics[name]:.2f}%"
        for name in PERCENTS
        if name in progress.metrics
    ]
    return ", ".join([progress.note, *numbers])
