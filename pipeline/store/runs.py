"""The run folder: the only module that knows its file names.

A run is written completely or not at all; only optional files are added later. Reading is lazy:
listing the runs opens `run.json` only, and predictions are read by column. The run that comes with
Inkling is never changed: what is added to it is kept in the store.
"""

import contextlib
import importlib.metadata
import json
import os
import platform
import secrets
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import access, atomic
from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.embedding import NEIGHBOR
from pipeline.analysis.out_of_distribution import OodDetector
from pipeline.atomic import whole_folder
from pipeline.errors import InklingError
from pipeline.names import slug
from pipeline.serving.inference import ServingGraph
from pipeline.store.bundled import bundled_run
from pipeline.store.run_info import FORMAT, Evaluation, RunInfo

INFO, MODEL, GRAPH = "run.json", "model.keras", "model.tflite"
HISTORY, PREDICTIONS = "history.csv", "predictions.parquet"
# Optional files.
FEATURES, EVALUATIONS = "features.parquet", "evaluations"
OOD_DETECTOR, OLD_OOD_DETECTOR = "out_of_distribution.npz", "novelty.npz"  # old: in format 1
ABOUT = "about.json"  # the name and the note that people gave it
ADDITIONS = ".additions"  # in the store: what is added to a run that is never changed itself
LONGEST_NAME, LONGEST_NOTE = 80, 2000  # characters
OLD_NEIGHBOR = "neighbour_"  # columns of FEATURES in format 1
ROWS_A_GROUP = 65_536  # of a Parquet file: what must be read to get one row
REQUIRED = (MODEL, GRAPH, HISTORY, PREDICTIONS)
Content = TypeVar("Content")
REFUSED = "runs cannot be added, changed or deleted"
VERSIONED = ("inkling", "tensorflow", "keras", "ai-edge-litert", "numpy")


class RunMissing(InklingError):
    """No run matches, or several do."""


class RunDamaged(InklingError):
    """A run folder cannot be read; the message says why."""


class About(BaseModel):
    """What people wrote about a run: its name and a note, "" where there is none."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(default="", max_length=LONGEST_NAME)
    note: str = Field(default="", max_length=LONGEST_NOTE)


NO_WORDS = About()


@dataclass(frozen=True)
class Run:
    """A complete run folder.

    Attributes:
        folder: its place.
        info: the content of run.json.
        about: the name and the note that people gave it.
        additions: for the bundled run, which is never changed: where the store keeps what is
            added to it. None for a run that keeps its additions itself.
        version: of all of its files as they were when it was opened; caches are keyed by it.
    """

    folder: Path
    info: RunInfo
    about: About = NO_WORDS
    additions: Path | None = None
    version: str = ""

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.info.id

    @property
    def class_names(self) -> tuple[str, ...]:
        """One name per class, in label order."""
        return self.info.dataset.class_names

    @property
    def model_path(self) -> Path:
        """The path of the Keras model."""
        return self.folder / MODEL

    @property
    def graph_path(self) -> Path:
        """The path of the serving graph."""
        return self.folder / GRAPH

    @property
    def bundled(self) -> bool:
        """Whether it comes with Inkling, and so is never changed or deleted."""
        return self.additions is not None

    def graph(self) -> ServingGraph:
        """Load the serving graph."""
        return ServingGraph(self.graph_path)

    @property
    def graph_size(self) -> int:
        """How many bytes the serving graph takes.

        Raises:
            RunDamaged: the file cannot be read.
        """
        return self._read(GRAPH, lambda path: path.stat().st_size)

    def graph_bytes(self) -> bytes:
        """Read the bytes of the serving graph.

        Raises:
            RunDamaged: the file cannot be read.
        """
        return self._read(GRAPH, Path.read_bytes)

    def history(self) -> pd.DataFrame:
        """Read the history, one row per epoch: epoch, loss, accuracy, val_loss, val_accuracy, ….

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
        """Read the result of `embedding.embed`, or some of its columns; None if there is none.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        if not (self.folder / FEATURES).exists():
            return None
        return self._read(FEATURES, lambda path: _read_features(path, columns))

    def add_features(self, features: pd.DataFrame) -> None:
        """Add features to a run that was written without them; raises as `describe` does."""
        atomic.write(self._addition(FEATURES), lambda file: _write_table(features, file))

    def ood_detector(self) -> OodDetector | None:
        """Read the out-of-distribution detector; None if there is none.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        names = (OOD_DETECTOR, OLD_OOD_DETECTOR)
        name = next((name for name in names if (self.folder / name).exists()), None)
        if name is None:
            return None

        def read(path: Path) -> OodDetector:
            with path.open("rb") as file:
                return ood.load(file)

        return self._read(name, read)

    def add_ood_detector(self, found: OodDetector) -> None:
        """Add an OOD detector to a run that was written without one; raises as `describe` does."""
        atomic.write(self._addition(OOD_DETECTOR), found.save)

    def evaluations(self) -> list[Evaluation]:
        """List the results on other datasets, by name; damaged files are skipped."""
        found = []
        for path in sorted(
            (path for place in self._places for path in (place / EVALUATIONS).glob("*.json")),
            key=lambda path: path.name,
        ):
            with contextlib.suppress(OSError, ValueError):
                found.append(Evaluation.model_validate_json(path.read_text("utf-8")))
        return found

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Save the results on another dataset, replacing older ones; raises as `describe` does."""
        dataset = evaluation.dataset
        name = f"{slug(dataset.name)}-{dataset.fingerprint[:8]}.json"
        text = evaluation.model_dump_json(indent=1)
        atomic.write_text(self._addition(EVALUATIONS) / name, text)

    def describe(self, *, name: str | None = None, note: str | None = None) -> None:
        """Give the run a name, a note or both; "" removes one, and None leaves it as it is.

        Raises:
            InklingError: it is too long, the dashboard is read-only, or the store cannot be
                written. Nothing was changed then.
        """
        name = self.about.name if name is None else " ".join(name.split())
        note = self.about.note if note is None else note.strip()
        for what, said, most in (("name", name, LONGEST_NAME), ("note", note, LONGEST_NOTE)):
            if len(said) > most:
                raise InklingError(
                    f"A {what} can have up to {most:,} characters; this has {len(said):,}."
                )
        atomic.write_text(self._addition(ABOUT), About(name=name, note=note).model_dump_json())

    @property
    def _places(self) -> list[Path]:
        """Where its files may be; the last one is where files are added."""
        return [self.folder] if self.additions is None else [self.folder, self.additions]

    def _addition(self, name: str) -> Path:
        """Return where to add a file or folder, unless nothing may be changed."""
        access.refuse_if_read_only(REFUSED)
        return self._places[-1] / name

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


@dataclass(frozen=True)
class Damaged:
    """A folder in the store that is not a complete run.

    Attributes:
        id: the folder's name.
        reason: a sentence that says what is wrong.
    """

    id: str
    reason: str


@dataclass(frozen=True)
class RunFiles:
    """The files of a run besides run.json.

    Attributes:
        history: one row per epoch.
        predictions: one row per test image; see `metrics.predictions_table`.
        features: one row per test image; see `embedding.embed`.
        ood_detector: tells images like those in training from others.
        write_model, write_graph: write the Keras model and the serving graph to a path.
    """

    history: pd.DataFrame
    predictions: pd.DataFrame
    write_model: Callable[[Path], object]
    write_graph: Callable[[Path], object]
    features: pd.DataFrame | None = None
    ood_detector: OodDetector | None = None


class Store:
    """A folder of run folders, and beside it the run that comes with Inkling."""

    def __init__(self, folder: Path, bundled: Path | None = None) -> None:
        """Set the folder, which is created when the first run is published.

        Args:
            folder: where runs are published.
            bundled: the folder of a run that is listed, too, and never changed.
        """
        self.folder, self.bundled = folder, bundled

    @classmethod
    def default(cls, folder: Path | None = None) -> "Store":
        """Return a store with the bundled run.

        Args:
            folder: None for what INKLING_MODELS names, or else `models/` in the working folder.
        """
        return cls(folder or Path(os.environ.get("INKLING_MODELS") or "models"), bundled_run())

    def entries(self) -> list[Run | Damaged]:
        """List the runs, newest first, then the bundled one; damaged ones with the reason.

        Raises:
            InklingError: the store is not a folder, or cannot be read.
        """
        found = [self._entry(folder, version) for folder, version in self.versions()]
        return sorted(found, key=_age, reverse=True)

    def versions(self) -> tuple[tuple[Path, str], ...]:
        """Find the run folders, each with a text that changes with any of its files.

        Raises:
            InklingError: as `entries` does.
        """
        try:
            folders = [
                entry
                for entry in self.folder.iterdir()
                if entry.is_dir() and not entry.name.startswith(".")
            ]
        except FileNotFoundError:
            folders = []
        except OSError as error:
            raise InklingError(
                f"The store {self.folder} cannot be read: {error.strerror}."
            ) from error
        # Of two with the same id, the store's own counts.
        if self.bundled and self.bundled.name not in {folder.name for folder in folders}:
            folders.append(self.bundled)
        states = [(folder, _files(folder)) for folder in folders]
        return tuple(
            (folder, f"{files} {_files(added) if (added := self._additions(folder)) else ''}")
            for folder, files in sorted(states)
            # A folder without run.json counts only if it has another file of a run.
            if {INFO, *REQUIRED} & files.keys()
        )

    def _additions(self, folder: Path) -> Path | None:
        """Return where additions to a run are kept if not in its folder: so for the bundled one."""
        # Names first: following links takes longer, and pages ask for every run.
        if self.bundled is None or folder.name != self.bundled.name:
            return None
        if folder.resolve() != self.bundled.resolve():
            return None
        return self.folder / ADDITIONS / folder.name

    def _entry(self, folder: Path, version: str) -> Run | Damaged:
        try:
            run = replace(_read(folder), additions=self._additions(folder), version=version)
        except InklingError as error:
            return Damaged(folder.name, str(error))
        return replace(run, about=_about((run.additions or folder) / ABOUT))

    def runs(self) -> list[Run]:
        """List the complete runs, newest first."""
        return [run for run in self.entries() if isinstance(run, Run)]

    def open(self, run_id: str) -> Run:
        """Open a run by its id or name, by an unambiguous part of its id, or as "latest".

        Raises:
            RunMissing: no run matches, or several do.
            RunDamaged: the run is damaged.
        """
        found = self.find(run_id)
        if isinstance(found, Damaged):
            raise RunDamaged(found.reason)
        return found

    def find(self, run_id: str) -> Run | Damaged:
        """Find a run as `open` does, even if it is damaged.

        Raises:
            RunMissing: no run matches, or several do.
        """
        entries = self.entries()
        if run_id == "latest":
            newest = next((entry for entry in entries if isinstance(entry, Run)), None)
            if newest is None:
                raise RunMissing(
                    f"There are no runs in {self.folder} yet. Train one with “inkling train”."
                )
            return newest
        fitting = (
            [entry for entry in entries if entry.id == run_id]
            or [entry for entry in entries if isinstance(entry, Run) and entry.about.name == run_id]
            or [entry for entry in entries if run_id in entry.id]
        )
        if len(fitting) != 1 or not run_id:
            known = ", ".join(entry.id for entry in (fitting or entries)[:5]) or "none"
            raise RunMissing(
                f"{'Several runs match' if fitting else 'There is no run'} “{run_id}” in "
                f"{self.folder}. {'Matches' if fitting else 'Newest runs'}: {known}."
            )
        return fitting[0]

    def publish(self, info: RunInfo, files: RunFiles) -> Run:
        """Write a run folder, completely or not at all.

        Args:
            info: the content of run.json; its id, versions and file sizes are set here.
            files: the other files.

        Raises:
            InklingError: the disk is full or the store cannot be written.
        """
        access.refuse_if_read_only(REFUSED)
        run_id = _new_id(info.created, info.dataset.name, info.config.network)
        target = self.folder / run_id
        with whole_folder(target) as draft:
            files.write_model(draft / MODEL)
            files.write_graph(draft / GRAPH)
            files.history.to_csv(draft / HISTORY, index=False)
            _write_table(files.predictions, draft / PREDICTIONS)
            if files.features is not None:
                _write_table(files.features, draft / FEATURES)
            if files.ood_detector is not None:
                with (draft / OOD_DETECTOR).open("wb") as file:
                    files.ood_detector.save(file)
            sizes = {name: (draft / name).stat().st_size for name in REQUIRED}
            known = {"id": run_id, "versions": _versions(), "files": sizes}
            info = info.model_copy(update=known)
            (draft / INFO).write_text(info.model_dump_json(indent=1), encoding="utf-8")
        return Run(target, info, version=str(_files(target)))

    def delete(self, entry: Run | Damaged) -> None:
        """Delete a run, at once for everybody who looks at the store.

        Raises:
            InklingError: it is the bundled run, the dashboard is read-only, or the store cannot be
                written.
        """
        access.refuse_if_read_only(REFUSED)
        folder = self.folder / entry.id
        if (isinstance(entry, Run) and entry.bundled) or self._additions(folder):
            raise InklingError(f"Run {entry.id} comes with Inkling and cannot be deleted.")
        # Renamed first: no reader ever sees half a run, and a crash leaves nothing in the list.
        away = self.folder / f".deleted-{entry.id}-{secrets.token_hex(4)}"
        try:
            folder.rename(away)
            shutil.rmtree(away)
        except FileNotFoundError as error:
            raise RunMissing(
                f"Run {entry.id} is not in {self.folder}: it was already deleted."
            ) from error
        except OSError as error:
            raise InklingError(f"Run {entry.id} could not be deleted: {error.strerror}.") from error

    def check_writable(self) -> None:
        """Check before a long training that its run can be written.

        Raises:
            InklingError: it cannot.
        """
        access.refuse_if_read_only(REFUSED)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".probe-{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise InklingError(
                f"The store {self.folder} cannot be written: {error.strerror}. Choose another one "
                "with --models or INKLING_MODELS."
            ) from error


def _age(entry: Run | Damaged) -> tuple[bool, str, str]:
    """Sort by when the training began; for a damaged run, only its name tells."""
    if isinstance(entry, Damaged):
        return True, entry.id, entry.id
    return not entry.bundled, entry.info.created.strftime("%Y%m%d-%H%M%S"), entry.id


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the time stamp and the size of each file in a folder, and of folders in it."""
    try:
        states = {entry.name: entry.stat() for entry in os.scandir(folder)}
    except OSError:  # there is no such folder, or it is being deleted
        return {}
    return {name: (state.st_mtime_ns, state.st_size) for name, state in sorted(states.items())}


def _about(path: Path) -> About:
    """Read what people wrote about a run; a damaged file is as good as none."""
    try:
        return About.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        return About()


def _read(folder: Path) -> Run:
    """Read a run folder's description and check that its files are complete."""
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
                f"Run {folder.name} was written by a newer version of Inkling (format "
                f"{raw['format']}; this one reads up to {FORMAT}). Update Inkling to open it."
            )
        return RunInfo.model_validate(raw)
    except FileNotFoundError:
        raise _damaged(folder, f"{INFO} is missing") from None
    except OSError as error:
        raise _damaged(folder, f"{INFO} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        what = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise _damaged(folder, f"“{what}” in {INFO} is missing or invalid") from error
    except (ValueError, AttributeError) as error:
        raise _damaged(folder, f"{INFO} is incomplete or invalid") from error


def _damaged(folder: Path, what: str) -> RunDamaged:
    return RunDamaged(
        f"Run {folder.name} is damaged: {what}. Copy it again from its source, or delete its "
        "folder and train again."
    )


def _new_id(created: datetime, dataset: str, network: str) -> str:
    """Return an id that sorts by time and is safe as a path and in a URL."""
    stamp = created.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{slug(dataset)}-{network}-{secrets.token_hex(2)}"


def _read_features(path: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    """Read the table of features, or some of its columns, under their current names."""
    held = {name.replace(OLD_NEIGHBOR, NEIGHBOR): name for name in pq.read_schema(path).names}
    wanted = list(held if columns is None else columns)
    table = pq.read_table(path, columns=[held[name] for name in wanted])
    return table.rename_columns(wanted).to_pandas()


def _write_table(table: pd.DataFrame, target: Path | BinaryIO) -> None:
    # Hardly a value of these columns repeats, so a dictionary of them would only take up space.
    floats = [str(name) for name, kind in table.dtypes.items() if kind.kind == "f"]
    table.to_parquet(
        target,
        index=False,
        row_group_size=ROWS_A_GROUP,
        compression="zstd",
        compression_level=9,
        use_dictionary=False,
        use_byte_stream_split=floats,
    )


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in VERSIONED:
        versions[name] = importlib.metadata.version(name)
    return versions
