"""The run folder: the only module that knows its file names.

A run is written whole or not at all, and never changed afterwards. Reading is lazy: the listing
opens `run.json` only, the predictions are read by column.
"""

import contextlib
import importlib.metadata
import json
import os
import platform
import re
import secrets
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline import atomic
from pipeline.analysis import out_of_distribution as novelty
from pipeline.analysis.metrics import Metrics
from pipeline.analysis.out_of_distribution import Novelty
from pipeline.atomic import whole_folder
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.serving.inference import LayerInfo, ServingGraph

FORMAT = 1
INFO, MODEL, GRAPH = "run.json", "model.keras", "model.tflite"
HISTORY, PREDICTIONS = "history.csv", "predictions.parquet"
# Which readers can do without.
FEATURES, NOVELTY, EVALUATIONS = "features.parquet", "novelty.npz", "evaluations"
ROWS_A_GROUP = 65_536  # of a table's file: so much is read to look at one row
REQUIRED = (MODEL, GRAPH, HISTORY, PREDICTIONS)
Content = TypeVar("Content")
VERSIONED = ("inkling", "tensorflow", "keras", "ai-edge-litert", "numpy")


class RunMissing(InklingError):
    """There is no such run."""


class RunDamaged(InklingError):
    """A run folder that cannot be read, and why."""


class DatasetInfo(BaseModel):
    """Which dataset a run was trained on: enough to find its images again and check them."""

    name: str
    fingerprint: str
    class_names: tuple[str, ...]
    counts: dict[str, int]
    ink: bool


class Evaluation(BaseModel):
    """How a run fares on the test part of another dataset with its classes."""

    dataset: DatasetInfo
    metrics: Metrics
    created: datetime


class RunInfo(BaseModel):
    """What run.json holds.

    Attributes:
        format: of the folder; a reader refuses newer ones by name.
        id: the folder's name.
        created: when the training began, ISO 8601 in UTC.
        status: "finished", or "stopped" where it was ended before its last epoch.
        config: every setting, resolved.
        dataset: what it was trained on.
        input_shape: (height, width, channels).
        layers: in the order of the serving graph's outputs.
        metrics: on the test part.
        best_epoch: the epoch whose weights are kept, counted from 1.
        temperature: what its logits were divided by, so that it is as sure as it is right.
        hardware: the devices and the precision it was trained with.
        corrections: how many it learned from beside the training part, by class.
        card: the model card: sentences by heading.
        note: why it was stopped early, in a sentence; "" if it was not.
        timings: seconds by stage.
        versions: of Python and the libraries that count.
        files: bytes of each other file, so that a folder cut off half way is noticed.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    id: str
    created: datetime
    status: Literal["finished", "stopped"]
    config: TrainConfig
    dataset: DatasetInfo
    input_shape: tuple[int, int, int]
    layers: tuple[LayerInfo, ...]
    metrics: Metrics
    best_epoch: int
    temperature: float = 1.0
    hardware: dict[str, Any] = {}
    corrections: dict[str, int] = {}
    card: dict[str, str] = {}
    note: str = ""
    timings: dict[str, float]
    versions: dict[str, str]
    files: dict[str, int] = {}

    @property
    def parameters(self) -> int:
        """How many numbers the network learned or keeps."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def milliseconds(self) -> float:
        """How long the serving graph took for one test image, on the machine it was trained on."""
        return 1000 * self.timings.get("evaluating", 0.0) / max(self.metrics.total, 1)


@dataclass(frozen=True)
class Run:
    """A whole run folder."""

    folder: Path
    info: RunInfo

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.info.id

    @property
    def class_names(self) -> tuple[str, ...]:
        """A name a class, in the order of the labels."""
        return self.info.dataset.class_names

    @property
    def model_path(self) -> Path:
        """Where the Keras model is."""
        return self.folder / MODEL

    @property
    def graph_path(self) -> Path:
        """Where the serving graph is."""
        return self.folder / GRAPH

    def graph(self) -> ServingGraph:
        """Load the serving graph."""
        return ServingGraph(self.graph_path)

    def graph_bytes(self) -> bytes:
        """Read the serving graph as it is, to hand it on.

        Raises:
            RunDamaged: the file cannot be read.
        """
        return self._read(GRAPH, Path.read_bytes)

    def history(self) -> pd.DataFrame:
        """Read the row an epoch: epoch, loss, accuracy, val_loss, val_accuracy, ….

        Raises:
            RunDamaged: the file cannot be read.
        """
        return self._read(HISTORY, pd.read_csv)

    def predictions(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read the predictions table, or only some of its columns.

        Raises:
            RunDamaged: the file cannot be read.
        """
        return self._table(PREDICTIONS, columns)

    def probabilities(self, index: int) -> np.ndarray:
        """Read one row's probabilities, float32 (classes,), without the rest of the table.

        Raises:
            RunDamaged: the file cannot be read.
        """
        columns = [f"probability_{label}" for label in range(len(self.class_names))]

        def read(path: Path) -> pd.DataFrame:
            with pq.ParquetFile(path) as file:
                group, first = 0, 0
                while first + file.metadata.row_group(group).num_rows <= index:
                    first += file.metadata.row_group(group).num_rows
                    group += 1
                rows = file.read_row_group(group, columns=columns)
                return rows.slice(index - first, 1).to_pandas()

        return self._read(PREDICTIONS, read).to_numpy()[0]

    def features(self, columns: Sequence[str] | None = None) -> pd.DataFrame | None:
        """Read what `embedding.embed` found, or some of its columns; None if there is none.

        Raises:
            RunDamaged: the file is there and cannot be read.
        """
        if not (self.folder / FEATURES).exists():
            return None
        return self._table(FEATURES, columns)

    def add_features(self, features: pd.DataFrame) -> None:
        """Add them to a run that was written without."""
        atomic.write(self.folder / FEATURES, lambda file: _write_table(features, file))

    def novelty(self) -> Novelty | None:
        """Read what tells images that look like nothing in training; None if there is none.

        Raises:
            RunDamaged: the file is there and cannot be read.
        """
        if not (self.folder / NOVELTY).exists():
            return None

        def read(path: Path) -> Novelty:
            with path.open("rb") as file:
                return novelty.load(file)

        return self._read(NOVELTY, read)

    def add_novelty(self, found: Novelty) -> None:
        """Add it to a run that was written without."""
        atomic.write(self.folder / NOVELTY, found.save)

    def evaluations(self) -> list[Evaluation]:
        """List the results on other datasets, by name; a file that is not whole is left out."""
        found = []
        for path in sorted((self.folder / EVALUATIONS).glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                found.append(Evaluation.model_validate_json(path.read_text("utf-8")))
        return found

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Keep the results on another dataset, in the place of older ones on the same."""
        dataset = evaluation.dataset
        name = f"{_slug(dataset.name)}-{dataset.fingerprint[:8]}.json"
        text = evaluation.model_dump_json(indent=1)
        atomic.write_text(self.folder / EVALUATIONS / name, text)

    def _table(self, name: str, columns: Sequence[str] | None) -> pd.DataFrame:
        wanted = None if columns is None else list(columns)
        return self._read(name, lambda path: pq.read_table(path, columns=wanted).to_pandas())

    def _read(self, name: str, read: Callable[[Path], Content]) -> Content:
        try:
            return read(self.folder / name)
        except (
            OSError,
            ValueError,
            KeyError,
            EOFError,
            pa.ArrowException,
            zipfile.BadZipFile,
        ) as error:
            raise RunDamaged(f"{name} of run {self.id} cannot be read: {error}") from error


def describe(dataset: Dataset) -> DatasetInfo:
    """Return what a run keeps of its dataset: enough to find and check its images."""
    return DatasetInfo(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        class_names=dataset.class_names,
        counts=dataset.counts,
        ink=dataset.ink,
    )


@dataclass(frozen=True)
class Damaged:
    """A folder in the store that is no whole run.

    Attributes:
        id: the folder's name.
        reason: a sentence that says what is wrong.
    """

    id: str
    reason: str


@dataclass(frozen=True)
class Results:
    """All that a run folder is made from, before it has a name."""

    status: Literal["finished", "stopped"]
    created: datetime
    config: TrainConfig
    dataset: DatasetInfo
    input_shape: tuple[int, int, int]
    layers: Sequence[LayerInfo]
    metrics: Metrics
    best_epoch: int
    temperature: float
    hardware: dict[str, Any]
    card: dict[str, str]
    note: str
    timings: dict[str, float]
    history: pd.DataFrame
    predictions: pd.DataFrame
    write_model: Callable[[Path], object]
    write_graph: Callable[[Path], object]
    features: pd.DataFrame | None = None
    corrections: dict[str, int] = field(default_factory=dict)
    novelty: Novelty | None = None


class Store:
    """A folder of run folders."""

    def __init__(self, folder: Path) -> None:
        """Name a store; its folder is made when the first run is published."""
        self.folder = folder

    @classmethod
    def default(cls) -> "Store":
        """Return the store that INKLING_MODELS names, else `models/` here."""
        return cls(Path(os.environ.get("INKLING_MODELS") or "models"))

    def entries(self) -> list[Run | Damaged]:
        """List the store's runs, newest first; damaged ones say why.

        Raises:
            InklingError: the store is no folder that can be read.
        """
        try:
            folders = [
                entry
                for entry in self.folder.iterdir()
                if entry.is_dir() and not entry.name.startswith(".")
            ]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InklingError(
                f"The store {self.folder} cannot be read: {error.strerror}."
            ) from error
        # A folder without run.json is not ours, unless its name says that it was meant to be.
        ours = [
            f for f in folders if (f / INFO).exists() or any((f / r).exists() for r in REQUIRED)
        ]
        return sorted(map(_entry, ours), key=_age, reverse=True)

    def runs(self) -> list[Run]:
        """List the whole runs, newest first."""
        return [run for run in self.entries() if isinstance(run, Run)]

    def open(self, run_id: str) -> Run:
        """Open a run by its id, by an unambiguous beginning or end of it, or as "latest".

        Raises:
            RunMissing: there is none, or several fit.
            RunDamaged: it is there but not whole.
        """
        entries = self.entries()
        if run_id == "latest":
            newest = next((entry for entry in entries if isinstance(entry, Run)), None)
            if newest is None:
                raise RunMissing(
                    f"There is no run in {self.folder} yet. Train one with “inkling train”."
                )
            return newest
        fitting = [entry for entry in entries if entry.id == run_id] or [
            entry for entry in entries if entry.id.startswith(run_id) or entry.id.endswith(run_id)
        ]
        if len(fitting) != 1 or not run_id:
            known = ", ".join(entry.id for entry in (fitting or entries)[:5]) or "none"
            raise RunMissing(
                f"{'Several runs fit' if fitting else 'There is no run'} “{run_id}” in "
                f"{self.folder}. {'They are' if fitting else 'Its newest runs'}: {known}."
            )
        (found,) = fitting
        if isinstance(found, Damaged):
            raise RunDamaged(found.reason)
        return found

    def publish(self, results: Results) -> Run:
        """Write a run folder: whole, or not at all.

        Raises:
            InklingError: the disk is full or the store cannot be written.
        """
        run_id = _new_id(results.created, results.dataset.name, results.config.network)
        target = self.folder / run_id
        with whole_folder(target) as draft:
            results.write_model(draft / MODEL)
            results.write_graph(draft / GRAPH)
            results.history.to_csv(draft / HISTORY, index=False)
            _write_table(results.predictions, draft / PREDICTIONS)
            if results.features is not None:
                _write_table(results.features, draft / FEATURES)
            if results.novelty is not None:
                with (draft / NOVELTY).open("wb") as file:
                    results.novelty.save(file)
            info = RunInfo(
                id=run_id,
                created=results.created,
                status=results.status,
                config=results.config,
                dataset=results.dataset,
                input_shape=results.input_shape,
                layers=tuple(results.layers),
                metrics=results.metrics,
                best_epoch=results.best_epoch,
                temperature=results.temperature,
                hardware=results.hardware,
                corrections=results.corrections,
                card=results.card,
                note=results.note,
                timings=results.timings,
                versions=_versions(),
                files={name: (draft / name).stat().st_size for name in REQUIRED},
            )
            (draft / INFO).write_text(info.model_dump_json(indent=1), encoding="utf-8")
        return Run(target, info)

    def check_writable(self) -> None:
        """Find out before a long training whether its run could be written.

        Raises:
            InklingError: it could not.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".probe-{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise InklingError(
                f"The store {self.folder} cannot be written: {error.strerror}. Name another one "
                "with --models or INKLING_MODELS."
            ) from error


def _age(entry: Run | Damaged) -> tuple[str, str]:
    """Sort by when the training began; a damaged run has only its name to say so."""
    if isinstance(entry, Damaged):
        return entry.id, entry.id
    return entry.info.created.strftime("%Y%m%d-%H%M%S"), entry.id


def _entry(folder: Path) -> Run | Damaged:
    try:
        return _read(folder)
    except InklingError as error:
        return Damaged(folder.name, str(error))


def _read(folder: Path) -> Run:
    """Read a run folder's description and check that its files are whole."""
    info = _read_info(folder)
    for name in REQUIRED:
        path, expected = folder / name, info.files.get(name)
        if not path.is_file():
            raise _damaged(folder, f"{name} is missing")
        if expected is not None and path.stat().st_size != expected:
            raise _damaged(folder, f"{name} has {path.stat().st_size:,} of {expected:,} bytes")
    # A folder that was renamed or copied keeps working under the name it has now.
    return Run(folder, info.model_copy(update={"id": folder.name}))


def _read_info(folder: Path) -> RunInfo:
    try:
        raw: dict[str, Any] = json.loads((folder / INFO).read_text("utf-8"))
        if isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
            raise RunDamaged(
                f"Run {folder.name} was written by a newer Inkling (format {raw['format']}; this "
                f"one reads up to {FORMAT}). Update Inkling to see it."
            )
        return RunInfo.model_validate(raw)
    except FileNotFoundError:
        raise _damaged(folder, f"{INFO} is missing") from None
    except OSError as error:
        raise _damaged(folder, f"{INFO} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        what = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise _damaged(folder, f"{INFO} lacks “{what}” or holds what it should not") from error
    except (ValueError, AttributeError) as error:
        raise _damaged(folder, f"{INFO} is not whole") from error


def _damaged(folder: Path, what: str) -> RunDamaged:
    return RunDamaged(
        f"Run {folder.name} is damaged: {what}. Copy it again from where it came, or delete its "
        "folder and train anew."
    )


def _new_id(created: datetime, dataset: str, network: str) -> str:
    """Return an id that sorts by time and is safe as a path and in a URL."""
    stamp = created.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{_slug(dataset)}-{network}-{secrets.token_hex(2)}"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "dataset"


def _write_table(table: pd.DataFrame, target: Path | BinaryIO) -> None:
    table.to_parquet(target, index=False, row_group_size=ROWS_A_GROUP, compression="zstd")


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in VERSIONED:
        versions[name] = importlib.metadata.version(name)
    return versions
