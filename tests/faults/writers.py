"""Every kind of write that Inkling does, each with what a reader sees of it.

`tests/faults` lets the power and the disk fail in each of them.
"""

import contextlib
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.guard import Rule
from pipeline.config import TrainConfig
from pipeline.data import datasets, prepared
from pipeline.ink.drawing import Drawing
from pipeline.jobs import launch, queue, worker
from pipeline.jobs.job import Job, list_jobs
from pipeline.jobs.requests import Training
from pipeline.progress import Progress
from pipeline.store import audits, backup, corrections, guard, promotions, reviews, searches
from pipeline.store.audits import Fold, Unfinished
from pipeline.store.interrupted import InterruptedTraining, list_interrupted
from pipeline.store.run_folder import About, Damaged, Run
from pipeline.store.runs import Store
from pipeline.store.searches import Tried
from pipeline.training.checkpoint import Checkpoint
from pipeline.training.film import Film
from pipeline.training.teaching import Taught, TeachingSet
from tests.children import stand_ins
from tests.pipeline.store.test_changing_runs import ANATOMY, measured, met, other_result, sheet
from tests.pipeline.store.test_runs import results

IMAGES, OTHERS = "six.npz", "others.npz"
DRAWN = Drawing.of_strokes([[[0, 0], [9, 0], [3, 15]]])
SETTINGS = TrainConfig(network="pixels", epochs=9)
ROWS = [{"epoch": 1, "loss": 0.5, "accuracy": 0.5, "val_loss": 0.5, "val_accuracy": 0.5}]
FILM = Film.begin({"kernel": np.ones((2, 3), np.float32)}, is_whole=True).with_frame(
    1, 0.5, 0.5, {"kernel": np.ones((2, 3), np.float32)}
)
SIX = Fold(np.eye(2, dtype=np.float32)[[0, 1, 0, 1, 0, 1]], np.eye(2, dtype=np.float32)[[0] * 6])
POINTS = np.random.default_rng(0).normal(size=(30, 4))
DETECTOR = ood.fit({-1: POINTS}, np.arange(30) % 2, {-1: POINTS})
FEATURES = pd.DataFrame({"distance": np.float32([1, 2])})
TAUGHT = Taught(
    TeachingSet(("a",), np.ones((1, 28, 28, 1), np.uint8), np.array([1]), np.array([False]),
                np.array([-1])),
    np.array([0]),
    np.array([1]),
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """A folder that holds a store, a cache and what is exported."""

    folder: Path

    @property
    def store(self) -> Store:
        """The store in it."""
        return Store(self.folder / "models")

    def run(self, minute: int) -> Run:
        """Return the run that began at a minute."""
        return next(run for run in self.store.runs() if run.info.created.minute == minute)

    @property
    def place(self) -> InterruptedTraining:
        """The place of its checkpoint."""
        return InterruptedTraining.of(self.store, SETTINGS, "f")

    @property
    def jobs(self) -> list[Job]:
        """The jobs, oldest first."""
        return list_jobs(self.store)[::-1]

    @property
    def unfinished(self) -> Unfinished:
        """The place of its unfinished audit."""
        return Unfinished.of(self.store, TrainConfig(dataset="made"), (3, 1), "f")

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Use its cache while the block runs, and start no processes."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INKLING_CACHE", str(self.folder / "cache"))
            with contextlib.closing(stand_ins(patch)) as children:
                next(children)
                yield


def begin(folder: Path) -> World:
    """Make a world in which there is something of everything."""
    world = World(folder)
    with world.entered():
        store = world.store
        store.publish(*results(1))
        store.publish(*results(2, features=FEATURES, ood_detector=DETECTOR, about=About.of("Two")))
        promotions.promote(store.folder, world.run(1))
        promotions.promote(store.folder, world.run(2), because="Better.")
        reviews.add(store, "f", 0, "ambiguous")
        correct(world, "1")
        world.place.save(SETTINGS, Checkpoint())
        world.unfinished.save(0, SIX)
        with launch.locked(store):  # they wait, and nobody starts them
            for seed in range(3):
                launch.create(train(seed), store)
        for name, gray in ((IMAGES, 7), (OTHERS, 9)):
            images, labels = np.full((6, 8, 8), gray, np.uint8), np.arange(6) % 2
            np.savez(folder / name, x_train=images, y_train=labels, x_test=images, y_test=labels)
        prepare(world, IMAGES)
    return world


def train(seed: int) -> Training:
    return Training(TrainConfig(dataset="digits", network="pixels", seed=seed))


def correct(world: World, label: str) -> None:
    corrections.add(world.store, label=label, class_names="0123456789", drawing=DRAWN)


def dataset(name: str = "made") -> SimpleNamespace:
    """As much of a dataset as an audit asks for."""
    parts = {"train": [0, 1, 0], "valid": [1], "test": [0, 1]}
    return SimpleNamespace(
        name=name, fingerprint="f", class_names=("ant", "bee"),
        counts={part: len(labels) for part, labels in parts.items()},
        **{f"y_{part}": np.array(labels) for part, labels in parts.items()},
    )  # fmt: skip


@dataclass(frozen=True)
class Write:
    """One kind of write.

    Attributes:
        name: what is written.
        act: writes it; when it returns, that is kept.
        kept: what is seen of it. A set may be there in part before `act` returns.
        first: whether it may be the first thing in a store, which is not there yet.
    """

    name: str
    act: Callable[[World], object]
    kept: Callable[[World], object]
    first: bool = False


def runs(world: World) -> object:
    """Everything that is in each run."""
    return [
        entry.reason
        if isinstance(entry, Damaged)
        else (
            entry.info.created.minute,
            entry.about.name,
            len(entry.predictions()),
            len(entry.history()),
            entry.graph_bytes(),
            entry.model_path.read_bytes(),
            _columns(entry.features()),
            entry.ood_detector() is not None,
            entry.anatomy() is not None,
            entry.excitations(),
            entry.film().epochs.tolist() if entry.film() else None,
            entry.taught() is not None,
        )
        for entry in world.store.entries()
    ]


def _columns(table: pd.DataFrame | None) -> dict[str, list[float]] | None:
    return None if table is None else table.to_dict("list")


def of_second(read: Callable[[Run], object]) -> Callable[[World], object]:
    """What is seen of the second run."""
    return lambda world: read(world.run(2))


def history(world: World) -> object:
    found = promotions.read(world.store.folder)
    return found.damaged, [(entry.because, bool(entry.undoes)) for entry in found.history]


def marks(world: World) -> frozenset[object]:
    return frozenset((one.index, one.tag) for one in reviews.read(world.store).standing)


def labels(world: World) -> object:
    return [kept.label for kept in corrections.read(world.store).standing]


def state(world: World) -> object:
    return [
        (one.key, len(one.rows()), one.config().epochs) for one in list_interrupted(world.store)
    ]


def seeds(world: World) -> object:
    """All jobs, and the order of those that wait but for the oldest, which may have begun."""
    jobs, waiting = world.jobs, queue.waiting(world.store)
    later = [job for job in waiting if job != jobs[0]]
    return [job.request.config.seed for job in jobs], [job.request.config.seed for job in later]


def cached(world: World) -> object:
    """The datasets in the cache, with their images."""
    with world.entered():
        kept = sorted(prepared.list_prepared(), key=lambda one: one.name)
        arrays = [sorted(one.folder.glob("*.npy")) for one in kept]
        pixels = [[int(np.load(path).sum()) for path in paths] for paths in arrays]
        return [(one.class_names, pixels[place]) for place, one in enumerate(kept)]


def audit(world: World) -> object:
    found = audits.read(world.store, "f")
    return found and found.table("test")["predicted"].tolist()


def archived(world: World) -> object:
    """What a backup holds."""
    try:
        with tarfile.open(world.folder / "out" / "a.tar") as archive:
            return archive.getnames()
    except FileNotFoundError:
        return None


def prepare(world: World, name: str = OTHERS) -> None:
    """Take a dataset into the cache."""
    datasets.open_dataset(str(world.folder / name))


def rename(world: World) -> None:
    with world.entered():
        prepared.rename_classes(prepared.list_prepared()[0].folder, ("ant", "bee"))


def work(world: World) -> None:
    """Be the process of the last job for a while."""
    with worker.working(world.jobs[-1].folder):
        writer = worker.StatusWriter(world.jobs[-1].folder)
        writer.report(Progress("Training", 1, 2, picture=FILM.save))
        writer.end("failed", message="It was bad.")


def ended(world: World) -> object:
    return [job.status().message for job in world.jobs if job.status().message == "It was bad."]


WRITES = [
    Write("a run", lambda world: world.store.publish(*results(
        3, features=FEATURES, ood_detector=DETECTOR, anatomy=ANATOMY, gradients=b"graph",
        excitations={}, film=FILM, taught=TAUGHT, about=About.of("Three"))), runs, first=True),
    Write("that a run is deleted", lambda world: world.store.delete(world.run(1)), runs),
    Write("a name", lambda world: world.run(2).describe(name="Deux"), runs),
    Write("features", lambda world: world.run(1).add_features(FEATURES), runs),
    Write("features in place of others",
          lambda world: world.run(2).add_features(FEATURES * 2), runs),
    Write("a detector", lambda world: world.run(1).add_ood_detector(DETECTOR), runs),
    Write("an anatomy", lambda world: world.run(1).add_anatomy(ANATOMY, b"graph"), runs),
    Write("what excites maps", lambda world: world.run(1).add_excitations({}), runs),
    Write("an evaluation", lambda world: world.run(2).add_evaluation(other_result(world.run(2))),
          of_second(lambda run: [one.dataset.name for one in run.evaluations()])),
    Write("robustness", lambda world: world.run(2).add_robustness(measured(world.run(2))),
          of_second(Run.robustness)),
    Write("corruptions", lambda world: world.run(2).add_corruption_sheet(sheet(world.run(2))),
          of_second(Run.corruption_sheet)),
    Write("strangers", lambda world: world.run(2).add_strangers(met(world.run(2))),
          of_second(Run.strangers)),
    Write("a promotion", lambda world: promotions.promote(
        world.store.folder, world.run(1), because="Second thoughts."), history),
    Write("that a promotion is undone", lambda world: promotions.undo(
        world.store.folder, promotions.read(world.store.folder).current.id), history),
    Write("a promotion rule", lambda world: guard.write(
        world.store.folder, Rule(accuracy=False)),
        lambda world: guard.read(world.store.folder), first=True),
    Write("a mark", lambda world: reviews.add(world.store, "f", 5, "ambiguous"), marks, first=True),
    Write("many marks", lambda world: reviews.add_all(
        world.store, "f", range(10, 40), "ambiguous"), marks, first=True),
    Write("a correction", lambda world: correct(world, "7"), labels, first=True),
    Write("another class of a correction", lambda world: corrections.relabel(
        world.store, corrections.read(world.store).standing[0].id, "4"), labels),
    Write("that a correction is undone", lambda world: corrections.take_back(
        world.store, corrections.read(world.store).standing[0].id), labels),
    Write("a checkpoint", lambda world: world.place.save(
        SETTINGS, Checkpoint(rows=ROWS, film=FILM)), state, first=True),
    Write("what an audit has asked", lambda world: world.unfinished.save(1, SIX),
          lambda world: world.unfinished.load(1, 6) is not None, first=True),
    Write("an audit", lambda world: audits.publish(
        world.store, dataset(), TrainConfig(dataset="made"), (3, 1), SIX), audit, first=True),
    Write("what a search tried", lambda world: searches.add(
        world.store, Tried(key="k", dataset="f", config=SETTINGS, history=(0.5,))),
        lambda world: len(searches.read(world.store, "f")), first=True),
    Write("a job", lambda world: queue.add([train(7)], world.store), seeds, first=True),
    Write("the order of jobs",
          lambda world: queue.move(world.jobs[2], 1, world.store), seeds),
    Write("that a job is removed",
          lambda world: queue.remove(world.jobs[2], world.store), seeds),
    Write("that a job shall stop", lambda world: world.jobs[-1].stop(),
          lambda world: world.jobs[-1].asked_to_stop),
    Write("how a job goes", work, ended),
    Write("a backup", lambda world: backup.write(world.store, world.folder / "out" / "a.tar"),
          archived),
    Write("a dataset", prepare, cached),
    Write("the names of classes", rename, cached),
]  # fmt: skip
