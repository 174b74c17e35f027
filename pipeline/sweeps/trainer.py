"""What runs in Ray's workers: a training as a task, and the desk that keeps its checkpoints.

A task reports to the desk, an actor on the driver's machine, after each epoch. If its worker dies,
Ray starts the task again elsewhere, and it goes on from what the desk has. The driver empties the
desk into its store, and publishes what the tasks return: workers need no store.
"""

import os
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import atomic, cluster
from pipeline.data.datasets import Dataset
from pipeline.progress import Progress
from pipeline.store.beginning import Beginning

if TYPE_CHECKING:
    from pipeline.store.run_folder import RunFiles
    from pipeline.store.run_info import RunInfo
    from pipeline.training.checkpoint import Checkpoint

SECONDS_BETWEEN_REPORTS = 0.5


@dataclass(frozen=True)
class Assignment:
    """One training, as a worker gets it.

    Attributes:
        key: its name.
        beginning: what it begins with.
        cores: how many it may use.
        drivers: versions of the driver; see `cluster.check_same`.
    """

    key: str
    beginning: Beginning
    cores: int
    drivers: dict[str, str]


class Desk:
    """Where workers leave checkpoints and progress until the driver collects them; an actor."""

    def __init__(self) -> None:
        """Begin with an empty one."""
        self._checkpoints: dict[str, bytes] = {}
        self._news: dict[str, bytes] = {}
        self._progress: dict[str, Progress] = {}

    def checkpoint(self, key: str) -> bytes | None:
        """Return the newest checkpoint of a training, pickled; None if it has none here."""
        return self._checkpoints.get(key)

    def keep(self, key: str, checkpoint: bytes) -> None:
        """Keep a checkpoint in place of the one before."""
        self._checkpoints[key] = self._news[key] = checkpoint

    def tell(self, key: str, progress: Progress) -> None:
        """Note how far a training is."""
        self._progress[key] = progress

    def collect(self) -> tuple[dict[str, bytes], dict[str, Progress]]:
        """Hand over the checkpoints and the progress that are new."""
        news, progress = self._news, self._progress
        self._news, self._progress = {}, {}
        return news, progress

    def forget(self, key: str) -> None:
        """Forget a training that is over."""
        for kept in (self._checkpoints, self._news, self._progress):
            kept.pop(key, None)


def train(
    assignment: Assignment,
    dataset: Dataset,
    desk: Any,
) -> "tuple[RunInfo, RunFiles] | str":
    """Train a network in a worker; a task.

    Args:
        assignment: which one.
        dataset: what it learns; shared with the other tasks of this machine.
        desk: the actor.

    Returns:
        The content of run.json and the files of the run, as values that can be sent; or why these
        settings cannot be trained, such as a learning rate with which the loss diverges.
    """
    cluster.check_same(assignment.drivers)
    keep_to(assignment.cores)
    import keras

    from pipeline.experiment import carry_out
    from pipeline.training.resuming import TrainingFailed

    get, key = cluster.ray().get, assignment.key
    beginning = replace(assignment.beginning, created=datetime.now(UTC))  # it has waited
    kept = get(desk.checkpoint.remote(key))
    if kept is not None:  # its worker died; it goes on
        beginning = replace(beginning, checkpoint=pickle.loads(kept))

    def keep(checkpoint: "Checkpoint") -> None:
        get(desk.keep.remote(key, pickle.dumps(checkpoint)))  # it is there before the next epoch

    told = 0.0

    def report(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told > SECONDS_BETWEEN_REPORTS or not progress.done:
            told = time.monotonic()
            desk.tell.remote(key, replace(progress, picture=None))

    try:
        found = carry_out(beginning, dataset, report, keep, whole=True)
        return found.info, portable(found.files)
    except TrainingFailed as error:
        return str(error)
    finally:
        keras.utils.clear_session()  # the next one in this worker gets the memory


def keep_to(cores: int) -> None:
    """Let TensorFlow use as many cores as were asked for; it reads this when it is loaded."""
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(cores)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def portable(files: "RunFiles") -> "RunFiles":
    """Return a run's files with the contents of its graphs in place of what would write them."""
    with atomic.scratch() as scratch:
        model = _written(files.write_model, scratch / "model.keras")
        graph = _written(files.write_graph, scratch / "model.tflite")
    return replace(files, write_model=partial(_write, model), write_graph=partial(_write, graph))


def _written(write: Callable[[Path], object], path: Path) -> bytes:
    write(path)
    return path.read_bytes()


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)
