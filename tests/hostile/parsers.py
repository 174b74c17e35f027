"""Everything in `pipeline` that reads what somebody may have altered: by file, with good content.

A parser is given a folder in which one file is odd, and does all that pages and commands do to read
it. It answers, or raises InklingError; any other exception is a fault of Inkling's.
"""

import contextlib
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.adding import keras_files
from pipeline.config import TrainConfig
from pipeline.data import array_files, class_names, prepared, readers
from pipeline.errors import InklingError
from pipeline.ink import inputs
from pipeline.jobs import history, queue
from pipeline.jobs.job import list_jobs
from pipeline.store import corrections, guard, interrupted, promotions, reviews
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.training.film import Film
from pipeline.training.snapshot import Snapshot
from tests.hostile import datasets, pictures, runs, strokes
from tests.hostile.doors import KEPT

Read = Callable[[Path], object]
JOB = runs.JOB
TRAINING = ".checkpoints/0123456789abcdef"


@dataclass(frozen=True)
class Parser:
    """A reader of one file.

    Attributes:
        file: where the file is in the folder.
        good: what it holds when nobody altered it: bytes, a JSON value, JSON values by line, or
            arrays by name.
        read: reads the folder.
    """

    file: str
    good: Any
    read: Read

    @property
    def content(self) -> bytes:
        """What the good file holds, as bytes."""
        if isinstance(self.good, bytes):
            return self.good
        return saved(self.good) if self.is_arrays else json.dumps(self.good).encode()

    @property
    def is_arrays(self) -> bool:
        """Whether it is an `.npz`."""
        return isinstance(self.good, dict) and self.file.endswith(".npz")


def saved(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pictures.dots(np.random.default_rng(0))).save(file, kind)
    return file.getvalue()


def file(name: str, good: Any, read: Read) -> Parser:
    """A parser of a file by itself."""
    return Parser(name, good, lambda folder: read(folder / name))


def predicted(path: Path) -> list[inputs.Item]:
    return list(inputs.read_all([path], (28, 28, 1), mnist_framed=True))


def lines(name: str) -> list[Any]:
    return [json.loads(line) for line in (KEPT / name).read_text("utf-8").splitlines()]


def listed(folder: Path) -> None:
    """Look at a store as pages and commands do."""
    store = Store(folder)
    promoted = promotions.read(folder)
    promotions.default_run(promoted, store.entries())
    assert guard.read(folder)[0].said is not None
    for run in store.runs():
        assert run.info.parameters >= 0 or run.info.milliseconds
        _ = (run.info.network, run.info.dataset_reference, run.info.saw_test_images, run.about)
        _ = (run.evaluations(), run.robustness(), run.corruption_sheet(), run.strangers())


def judged(folder: Path) -> None:
    found = reviews.read(Store(folder))
    for dataset in {review.dataset for review in found.standing}:
        _ = (found.names(dataset), found.table(dataset), found.tagged(dataset))


def corrected(folder: Path) -> None:
    found = corrections.read(Store(folder))
    for one in found.standing:
        _ = (one.image, one.held_back, found.counts(one.class_names))


def worked(folder: Path) -> None:
    """Look at the jobs of a store as the Train page does."""
    store = Store(folder)
    for entry in history.read(store):
        _ = (entry.title, entry.outcome, entry.job.log(5), entry.job.asked_to_discard)
        entry.job.snapshot()
    _ = (queue.waiting(store), queue.stuck(store), list_jobs(store))


def resumed(folder: Path) -> None:
    """Look at the interrupted trainings of a store, and open each."""
    for one in interrupted.list_interrupted(Store(folder)):
        for read in (one.config, one.rows, one.load):
            said(read)


def said(read: Callable[[], object]) -> None:
    """Read something; that it is damaged is an answer."""
    with contextlib.suppress(InklingError):
        read()


def described(folder: Path) -> None:
    found = prepared.describe(folder)
    if found is not None:
        _ = (found.total, found.reference, found.fingerprints)


def used(read: Callable[[Run], object]) -> Read:
    """Read a file of the only run of a store."""
    return lambda folder: [read(run) for run in Store(folder).runs()]


IDX = datasets.idx((3, 8, 8), bytes(192))
ARRAYS = {name: np.load(io.BytesIO(raw)) for name, raw in datasets.GOOD.items()}
SEEN = Snapshot(({"epoch": 1.0, "val_accuracy": 0.5},), 2, ("a", "b"), False,
                np.zeros((1, 8, 8, 1), np.uint8), Film.begin({}, is_whole=False))  # fmt: skip
CHECKPOINT = {
    "facts": np.array(json.dumps({
        "rows": [{"epoch": 1, "val_accuracy": 0.5, "val_loss": 1.0}], "best_epoch": 1,
        "seconds": 2.5, "repeats": 1})),
    "variables_000": np.zeros((2, 3), np.float32),
    "optimizer_000": np.zeros((2, 3), np.float32),
    "best_weights_000": np.zeros((2, 3), np.float32),
    "extra_images": np.zeros((1, 8, 8, 1), np.uint8),
    "extra_labels": np.zeros(1, np.int64),
}  # fmt: skip
PROMOTED = {"format": 1, "run": runs.RUN, "history": [
    {"id": "a1", "run": runs.RUN, "time": "2026-11-21T12:00:00Z", "by": "Ada", "because": "better",
     "crossed": ["worse"]},
    {"id": "b2", "run": "", "time": "2026-11-21T12:01:00Z", "undoes": "a1"}]}  # fmt: skip
STATUS = {"state": "running", "progress": {"stage": "Training", "done": 1, "total": 2, "note": "",
          "metrics": {}}, "run_id": "", "message": "", "history": [0.5], "began": 1.0,
          "seconds": 2.0, "peak_memory": 3, "machine": "here"}  # fmt: skip
SETTINGS = TrainConfig(dataset="digits", epochs=9).model_dump()
REQUESTS = {
    "training": {"train": SETTINGS, "resume": True},
    "retraining": {"retrain": {"run_id": runs.RUN, "seed": 3}},
    "audit": {"audit": SETTINGS, "folds": 5, "repeats": 2},
    "fetch": {"fetch": "mnist"},
    "adding": {"add": {"file": "a.keras", "dataset": "digits", "name": "", "uploaded": True,
                       "pixels": None}},
    "series": {"series": [{"train": SETTINGS}, {"take_apart": runs.RUN}]},
}  # fmt: skip
TAUGHT = {
    "ids": np.array(["a1", ""]), "images": np.zeros((2, 8, 8, 1), np.uint8),
    "labels": np.array([0, 1]), "held_back": np.array([True, False]),
    "test_index": np.array([-1, 3]), "before": np.array([0, 0]), "after": np.array([0, 1]),
}  # fmt: skip
KERAS = (KEPT / runs.RUN / "model.keras").read_bytes()
LOOKED_AT = {  # one file each
    "IDX": file("a-ubyte", IDX, array_files.read_idx),
    "gzipped IDX": file("a-ubyte.gz", gzip.compress(IDX, mtime=0), array_files.read_idx),
    "npz": file("a.npz", ARRAYS, readers.read_npz),
    "npy": file("a.npy", datasets.GOOD["x_train"], array_files.map_npy),
    "class names": file("classes.txt", b"cat\ndog\n", class_names.read),
    "strokes": file("a.json", json.loads(strokes.GOOD), predicted),
    "lines of strokes": file("a.jsonl", f"{strokes.GOOD}\n".encode() * 3, predicted),
    "a table": file("a.csv", f"{strokes.PIXELS}\n{strokes.ROW},7\n".encode(), predicted),
    "a PNG": file("a.png", picture("PNG"), predicted),
    "a JPEG": file("a.jpg", picture("JPEG"), predicted),
    "a network": file("a.keras", KERAS, lambda path: keras_files.check(path, "a.keras")),
    "a prepared dataset": Parser("dataset.json", json.loads(
        (KEPT.parent / "digits-dataset.json").read_text("utf-8")), described),
}  # fmt: skip
BESIDE_RUNS = {  # in a store with the kept run
    "run.json": Parser(f"{runs.RUN}/run.json", runs.INFO, listed),
    "what people wrote": Parser(f"{runs.RUN}/about.json", {"name": "a", "note": "b"}, listed),
    "an evaluation": Parser(f"{runs.RUN}/evaluations/x.json", json.loads(next(
        (KEPT / runs.RUN / "evaluations").iterdir()).read_text("utf-8")), listed),
    "reviews": Parser("reviews.jsonl", (KEPT / "reviews.jsonl").read_bytes(), judged),
    "a review": Parser("reviews.jsonl", lines("reviews.jsonl")[0], judged),
    "corrections": Parser("corrections.jsonl", (KEPT / "corrections.jsonl").read_bytes(),
                          corrected),
    "a correction": Parser("corrections.jsonl", lines("corrections.jsonl")[0], corrected),
    "promotions": Parser("default.json", PROMOTED, listed),
    "the promotion rule": Parser("promotion-rule.json", {
        "accuracy": True, "most_lost": 0.5, "corrections": False}, listed),
    **{f"a job: {what}": Parser(f"{JOB}job.json", asked, worked)
       for what, asked in REQUESTS.items()},
    "the status of a job": Parser(f"{JOB}status.json", STATUS, worked),
    "what is seen of a job": Parser(f"{JOB}live.npz", {
        **SEEN.moment.members(), "facts": np.array(json.dumps({
            "rows": SEEN.rows, "epochs": 2, "class_names": ["a"], "mnist_framed": True})),
        "pictures": SEEN.pictures}, worked),
    "the order of jobs": Parser(".jobs/order.json", [runs.JOB.split("/")[1]], worked),
    "settings of a training": Parser(f"{TRAINING}/settings.json", SETTINGS, resumed),
    "a checkpoint": Parser(f"{TRAINING}/state.npz", CHECKPOINT, resumed),
}  # fmt: skip
IN_RUNS = {  # in a run of today; what is in them is that run's
    "history.csv": used(Run.history),
    "predictions.parquet": used(lambda run: (run.predictions(), run.probabilities(3))),
    "features.parquet": used(Run.features),
    "out_of_distribution.npz": used(Run.ood_detector),
    "anatomy.npz": used(Run.anatomy),
    "exciting.npz": used(Run.excitations),
    "film.npz": used(Run.film),
    "teaching.npz": used(Run.taught),
    "robustness.json": used(Run.robustness),
    "corruptions.json": used(Run.corruption_sheet),
    "strangers.json": used(Run.strangers),
}
