"""A store in which every page has something to show, made within a second."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pipeline.analysis.corruption_sheet import CorruptionSheet, Mistake, Turned, UnderCorruption
from pipeline.analysis.corruptions import CORRUPTIONS
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.jobs.job import JOBS
from pipeline.store import audits
from pipeline.store.audits import Fold
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.hostile.doors import KEPT

FIRST, SECOND = "first", "second"  # two runs that can be compared
VALID = {"run": FIRST, "second": SECOND}


def full(folder: Path, run: Run, dataset: Dataset) -> Store:
    """Make a store of a run and its copy, with all that can be beside them.

    Args:
        folder: where, which must not exist.
        run: whose results both have.
        dataset: what it was tested on.
    """
    store = Store(folder)
    for name in (FIRST, SECOND):
        shutil.copytree(run.folder, folder / name)
    for name in ("corrections.jsonl", "reviews.jsonl"):
        shutil.copy(KEPT / name, folder / name)
    store.open(FIRST).add_corruption_sheet(_sheet(dataset))
    labels = np.concatenate([dataset.y_train, dataset.y_valid, dataset.y_test])
    believed = (np.eye(len(dataset.class_names))[np.roll(labels, 1)] * 0.9 + 0.01).astype(
        np.float32
    )
    config = TrainConfig(dataset=dataset.name, network="shallow").resolved(1000)
    audits.publish(store, dataset, config, (5, 2), Fold(believed, np.round(believed)))
    for number, state in enumerate(("finished", "failed", "stopped")):
        job = folder / JOBS / f"20260101-120000-{number:04x}"
        job.mkdir(parents=True)
        (job / "job.json").write_text('{"fetch": "mnist"}', "utf-8")
        told = {"state": state, "message": "So be it.", "run_id": FIRST, "seconds": 2.0}
        (job / "status.json").write_text(json.dumps(told), "utf-8")
    return store


def _sheet(dataset: Dataset) -> CorruptionSheet:
    mistakes = (Mistake(index=3, predicted=1, confidence=0.9),)
    under = tuple(
        UnderCorruption(name=name, severity=severity, published=severity == corruption.published,
                        correct=3, images=6, mistakes=mistakes)
        for name, corruption in CORRUPTIONS.items()
        for severity in range(1, len(corruption.parameters) + 1)
    )  # fmt: skip
    turned = tuple(Turned(degrees=degrees, correct=5, images=6) for degrees in (0, 30))
    return CorruptionSheet(under=under, turned=turned, created=datetime.now(UTC))
