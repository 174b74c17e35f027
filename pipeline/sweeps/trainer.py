"""What runs in Ray's workers: a training, and the desk that keeps its checkpoints.

A training reports to the desk, an actor on the driver's machine, after each epoch. If its worker
dies, Ray starts it again elsewhere, and it goes on from what the desk has. The driver empties the
desk into its store, and publishes what comes of the trainings: workers need no store.
"""

import os
import pickle
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline import atomic, cluster
from pipeline.data.datasets import Dataset
from pipeline.progress import Progress
from pipeline.store.beginning import Beginning

if TYPE_CHECKING:
    from pipeline.store.run_folder import RunFiles
    from pipeline.store.run_info import RunInfo
    from pipeline.training.checkpoint import Checkpoint, Row

SECONDS_BETWEEN_REPORTS = 0.5
OVER = "over"


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


class News(NamedTuple):
    """What is new at the desk, by the keys of trainings.

    Attributes:
        checkpoints: pickled.
        progress: of those that are under way.
        asked: which a search wants to begin with.
        outcomes: of a search's trainings, pickled; see `train`, or an exception.
        given_up: by a search, because others do better.
        lost: by a search, because their workers died again and again.
    """

    checkpoints: dict[str, bytes]
    progress: dict[str, Progress]
    asked: list[str]
    outcomes: dict[str, bytes]
    given_up: list[str]
    lost: list[str]

    @classmethod
    def none(cls) -> "News":
        """Return that nothing is new."""
        return cls({}, {}, [], {}, [], [])


class Desk:
    """Where workers leave checkpoints and progress until the driver collects them; an actor.

    The trainings of a search also get their assignments here, and leave here what came of them.
    """

    def __init__(self) -> None:
        """Begin with an empty one."""
        self._checkpoints: dict[str, bytes] = {}
        self._assigned: dict[str, Assignment] = {}
        self._over = set[str]()
        self._news = News.none()

    def checkpoint(self, key: str) -> bytes | None:
        """Return the newest checkpoint of a training, pickled; None if it has none here."""
        return self._checkpoints.get(key)

    def keep(self, key: str, checkpoint: bytes) -> None:
        """Keep a checkpoint in place of the one before."""
        self._checkpoints[key] = self._news.checkpoints[key] = checkpoint

    def tell(self, key: str, progress: Progress) -> None:
        """Note how far a training is."""
        self._news.progress[key] = progress

    def ask(self, key: str) -> "Assignment | str | None":
        """Ask for a training: None if the driver has yet to assign it, `OVER` if it is over."""
        if key in self._over:
            return OVER
        if key not in self._assigned and key not in self._news.asked:
            self._news.asked.append(key)
        return self._assigned.get(key)

    def assign(self, key: str, assignment: Assignment) -> None:
        """Have a training ready for whoever asks."""
        self._assigned[key] = assignment

    def deliver(self, key: str, outcome: bytes) -> None:
        """Leave what came of a training: from now on, it is over."""
        self._over.add(key)
        self._news.outcomes[key] = outcome

    def end(self, key: str, *, lost: bool = False) -> None:
        """Note that a training has ended; one that delivered nothing was given up, or lost."""
        if key not in self._over:
            self._over.add(key)
            (self._news.lost if lost else self._news.given_up).append(key)

    def collect(self) -> News:
        """Hand over what is new."""
        news, self._news = self._news, News.none()
        return news

    def forget(self, key: str) -> None:
        """Forget a training that is over."""
        for kept in (self._checkpoints, self._assigned, self._news.checkpoints):
            kept.pop(key, None)


def train(
    assignment: Assignment,
    dataset: Dataset,
    desk: Any,
    on_epoch: "Callable[[Row], object] | None" = None,
) -> "tuple[RunInfo, RunFiles] | str":
    """Train a network in a worker; a task.

    Args:
        assignment: which one.
        dataset: what it learns; shared with the other tasks of this machine.
        desk: the actor.
        on_epoch: called with the history's row of each epoch that is not the last; first, with
            those that the training goes on from.

    Returns:
        The content of run.json and the files of the run, as values that can be sent; or why these
        settings cannot be trained, such as a learning rate with which the loss diverges.
    """
    cluster.check_same(assignment.drivers)
    keep_to(assignment.cores)
    import keras

    from pipeline.experiment import carry_out
    from pipeline.training.resuming import TrainingFailed

    key = assignment.key
    beginning = replace(assignment.beginning, created=datetime.now(UTC))  # it has waited
    kept = _got(desk.checkpoint.remote(key))
    if kept is not None:  # its worker died; it goes on
        beginning = replace(beginning, checkpoint=pickle.loads(kept))

    def judge(rows: "Sequence[Row]") -> None:
        for row in rows:
            if on_epoch and row["epoch"] < (beginning.config.epochs or 0):
                on_epoch(row)

    def keep(checkpoint: "Checkpoint") -> None:
        _got(desk.keep.remote(key, pickle.dumps(checkpoint)))  # it is there before the next epoch
        judge(checkpoint.rows[-1:])

    told = 0.0

    def report(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told > SECONDS_BETWEEN_REPORTS or not progress.done:
            told = time.monotonic()
            desk.tell.remote(key, replace(progress, picture=None))

    judge(beginning.checkpoint.rows if beginning.checkpoint else [])
    try:
        found = carry_out(beginning, dataset, report, keep, whole=True)
        return found.info, portable(found.files)
    except TrainingFailed as error:
        return str(error)
    finally:
        keras.utils.clear_session()  # the next one in this worker gets the memory


def _got(result: Any) -> Any:
    """Wait for a result with this task's cores.

    While the main thread of a task waits, Ray gives them to the next task, and takes none back.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(cluster.ray().get, result).result()


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
