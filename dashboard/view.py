"""What a page shows: a run, another to compare it with, and what is selected; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.selection import Selection
from pipeline.store.run_folder import Run

MNIST = "mnist"  # the dataset's name


@dataclass(frozen=True)
class View:
    """What a page shows.

    Attributes:
        run: the chosen run.
        second: another run, tested on the same images, to compare with; None for none.
        chosen: which test images are selected.
    """

    run: Run
    second: Run | None
    chosen: Selection

    @property
    def runs(self) -> Sequence[Run]:
        """The run, and the second one if there is one."""
        return [self.run] if self.second is None else [self.run, self.second]


def best_reader(run: Run, others: Iterable[Run], default: Run | None = None) -> Run:
    """Return the run that should read what people draw, where a page shows `run`.

    That is the default run, if somebody promoted one that reads these classes. Else, drawings are
    best read by a network that has seen the handwriting of many people: one trained on all of
    MNIST. Of several, the one with the highest accuracy on MNIST's test images, all measured on the
    same ones.

    Args:
        run: what the page shows; returned where no other is known to read its classes better.
        others: the runs in the store; of those that tie, the first one is returned.
        default: the run that was promoted, if any.
    """

    def reads(other: Run) -> bool:
        info = other.info
        same = info.input_shape == run.info.input_shape and other.class_names == run.class_names
        return info.dataset.mnist_framed and same

    if not run.info.dataset.mnist_framed:
        return run
    if default is not None and reads(default):
        return default
    able = [other for other in (run, *others) if reads(other) and other.info.dataset.name == MNIST]
    return max(able, key=lambda other: other.info.metrics.accuracy, default=run)
