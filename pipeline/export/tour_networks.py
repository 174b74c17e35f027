"""Which runs the tour shows: of each network the best one, on the tour's dataset."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.data.known import DIGITS
from pipeline.store.run_folder import Run

NETWORKS = ("pixels", "perceptron", "shallow", "cnn")
FILMED = ("pixels", "perceptron", "cnn", "shallow")  # what shows most comes first


@dataclass(frozen=True)
class Subject:
    """What the tour is about.

    Attributes:
        dataset: what opens it: a name or a path, as for training.
        fingerprints: of the dataset, under whatever names of its classes.
        class_names: one name per class.
        shape: (height, width, channels) of every image.
        is_ink: whether images are framed as MNIST's are.
    """

    dataset: str
    fingerprints: tuple[str, ...]
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]
    is_ink: bool

    @property
    def is_digits(self) -> bool:
        """Whether it is about digits that visitors can draw; if not, nothing speaks of digits."""
        return self.is_ink and self.class_names == DIGITS


def choose(subject: Subject, runs: Sequence[Run], chosen: str | None) -> dict[str, Run]:
    """Choose a run for each of `NETWORKS` that the store has.

    Args:
        subject: what the tour is about.
        runs: all runs of the store.
        chosen: the id of the run that the page is on; it is taken where it fits.

    Returns:
        By name, of the runs that fit: the chosen one, or the most accurate, the newest of several.
        The network that comes with Inkling serves as `cnn` where there is no other.
    """
    found: dict[str, Run] = {}
    for name in NETWORKS:
        fitting = [run for run in runs if _fits(run, name, subject)]
        if not fitting and name == "cnn":
            fitting = [run for run in runs if run.bundled and _reads(run, subject)]
        if fitting:
            found[name] = max(
                fitting,
                key=lambda run: (run.id == chosen, run.info.metrics.accuracy, run.info.created),
            )
    return found


def filmed(subject: Subject, runs: Sequence[Run]) -> Run | None:
    """Choose a run that was filmed: the newest of the first of `FILMED` with one; None if none."""
    for name in FILMED:
        for run in sorted(runs, key=lambda run: run.info.created, reverse=True):
            if _fits(run, name, subject) and run.has_film:
                return run
    return None


def _fits(run: Run, name: str, subject: Subject) -> bool:
    info = run.info
    return (
        info.config is not None
        and info.network == name
        and info.dataset.fingerprint in subject.fingerprints
        and run.class_names == subject.class_names
        and info.input_shape == subject.shape
    )


def _reads(run: Run, subject: Subject) -> bool:
    """Whether a run reads the same kind of picture, though it learned from others."""
    return (
        subject.is_ink
        and run.info.dataset.mnist_framed
        and run.class_names == subject.class_names
        and run.info.input_shape == subject.shape
    )
