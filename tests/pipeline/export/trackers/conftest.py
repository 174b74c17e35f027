"""A run whose class names nobody should trust, and a tracker that only listens."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.errors import InklingError
from pipeline.export.trackers.tracker import End, Underway
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.training.checkpoint import Row

ODD = ("../../etc", "<script>alert(1)</script>", "a|b\t`c`", "\u7dda" * 200)


@pytest.fixture
def odd_run(tmp_path: Path, tiny_run: Run) -> Run:
    """A copy of the tiny run whose first classes are called what nobody should trust."""
    store = Store(tmp_path / "odd")
    folder = store.folder / tiny_run.id
    shutil.copytree(tiny_run.folder, folder)
    path = folder / "run.json"
    info = json.loads(path.read_text("utf-8"))
    names = [*ODD, *info["dataset"]["class_names"][len(ODD) :]]
    info["dataset"]["class_names"] = names
    for scores, name in zip(info["metrics"]["classes"], names, strict=True):
        scores["name"] = name
    path.write_text(json.dumps(info), "utf-8")
    return store.open("latest")


@dataclass
class Listener:
    """A tracker that remembers what it is told, or is away."""

    away: bool = False
    told: list[object] = field(default_factory=list)
    name, option = "Listener", "listener"

    def begin(self, training: Underway) -> None:
        self._hear(("begin", training.key, training.resumed, len(training.rows)))

    def epoch(self, row: Row) -> None:
        self._hear(("epoch", int(row["epoch"])))

    def end(self, how: End) -> None:
        self._hear(("end", how))

    def has(self, run: Run) -> bool:
        return ("record", run.id) in self.told

    def record(self, run: Run) -> str:
        self._hear(("record", run.id))
        return "here"

    def _hear(self, said: object) -> None:
        if self.away:
            raise InklingError("Nobody is there.")
        self.told.append(said)
