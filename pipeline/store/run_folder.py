"""The run folder: the only module that knows its file names.

A run is written completely or not at all; only optional files are added later. Reading is lazy:
`read` opens `run.json` only, and predictions are read by column. The run that comes with Inkling
is never changed: what is added to it is kept in the store.
"""

import contextlib
import importlib.metadata
import os
import platform
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import access, atomic, reading
from pipeline.analysis import excitation
from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.corruption_sheet import CorruptionSheet
from pipeline.analysis.excitation import Excitation
from pipeline.analysis.out_of_distribution import OodDetector
from pipeline.analysis.strangers import Strangers
from pipeline.atomic import whole_folder
from pipeline.errors import InklingError, printable, reason
from pipeline.names import slug
from pipeline.serving.anatomy import Anatomy
from pipeline.serving.anatomy import load as load_anatomy
from pipeline.serving.inference import ServingGraph
from pipeline.store import integrity, tables
from pipeline.store.run_info import FORMAT, Evaluation, Robustness, RunInfo
from pipeline.store.shared import Shared
from pipeline.training import film as films
from pipeline.training import teaching
from pipeline.training.film import Film
from pipeline.training.teaching import Taught

INFO, MODEL, GRAPH = "run.json", "model.keras", "model.tflite"
HISTORY, PREDICTIONS = "history.csv", "predictions.parquet"
REQUIRED = (MODEL, GRAPH, HISTORY, PREDICTIONS)
# Optional files.
FEATURES, EVALUATIONS = "features.parquet", "evaluations"
OOD_DETECTOR, OLD_OOD_DETECTOR = "out_of_distribution.npz", "novelty.npz"  # old: in format 1
ANATOMY, GRADIENTS = "anatomy.npz", "gradients.tflite"
EXCITING, ROBUSTNESS, CORRUPTIONS = "exciting.npz", "robustness.json", "corruptions.json"
FILM, TEACHING, STRANGERS = "film.npz", "teaching.npz", "strangers.json"
ABOUT = "about.json"  # the name and the note that people gave it
OPTIONAL = (
    FEATURES, OOD_DETECTOR, ANATOMY, GRADIENTS, EXCITING, ROBUSTNESS, CORRUPTIONS, FILM, TEACHING,
    STRANGERS, ABOUT,
)  # fmt: skip
LONGEST_NAME, LONGEST_NOTE = 80, 2000  # characters
REFUSED = "runs cannot be added, changed or deleted"
# What the readers of its files raise on damaged ones.
UNREADABLE = (*reading.DAMAGED, pa.ArrowException)
VERSIONED = ("inkling", "tensorflow", "keras", "ai-edge-litert", "numpy")
Content = TypeVar("Content")
State = dict[str, tuple[int, int]]  # of each file: its time stamp and its size
UNKNOWN = (0, 0)
STAMPED = f"{'[0-9]' * 8}-{'[0-9]' * 6}-*"  # an id as a glob; see `Store.publish`


class RunDamaged(InklingError):
    """A run folder cannot be read; the message says why."""


class About(BaseModel):
    """What people wrote about a run: its name and a note, "" where there is none."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(default="", max_length=LONGEST_NAME)
    note: str = Field(default="", max_length=LONGEST_NOTE)

    @classmethod
    def of(cls, name: str = "", note: str = "") -> "About":
        """Take what somebody wrote, without the blanks around it.

        Raises:
            InklingError: it is too long.
        """
        name, note = printable(" ".join(name.split())), printable(note.strip())
        for what, said, most in (("name", name, LONGEST_NAME), ("note", note, LONGEST_NOTE)):
            if len(said) > most:
                raise InklingError(
                    f"A {what} can have up to {most:,} characters; this has {len(said):,}."
                )
        return cls(name=name, note=note)


NO_WORDS = About()


@dataclass(frozen=True)
class Run:
    """A complete run folder.

    Attributes:
        folder: its place.
        info: the content of run.json.
        about: the name and the note that people gave it.
        additions: where the store keeps what is added to a run that is never changed itself: the
            bundled one, and those of a shared store. None for a run that keeps its additions
            itself.
        version: of all of its files as they were when it was opened; caches are keyed by it.
        shared: the shared store that keeps it; its files are fetched when they are needed.
    """

    folder: Path
    info: RunInfo
    about: About = NO_WORDS
    additions: Path | None = None
    version: str = ""
    shared: Shared | None = None

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
        """The path of the Keras model, which is as it was written.

        Raises:
            RunDamaged: it is not, or cannot be read.
        """
        return self._read(MODEL, lambda path: path)

    @property
    def graph_path(self) -> Path:
        """The path of the serving graph, which is as it was written; raises as `model_path`."""
        return self._read(GRAPH, lambda path: path)

    @property
    def bundled(self) -> bool:
        """Whether it comes with Inkling, and so is never changed or deleted."""
        of_the_store = self.shared is not None and self.shared.holds(self.folder)
        return self.additions is not None and not of_the_store

    def graph(self) -> ServingGraph:
        """Load the serving graph.

        Raises:
            InklingError: it is missing, altered, damaged or of another network.
        """
        graph = self._read(GRAPH, self._opened_safely)
        if graph.input_shape != self.info.input_shape:
            raise RunDamaged(
                f"{GRAPH} of run {self.id} takes images of {graph.input_shape}, not of "
                f"{self.info.input_shape}: it is of another network. Copy the run again."
            )
        return graph

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
        return self._read(HISTORY, _load_history)

    def predictions(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read the predictions table, or only some of its columns.

        Raises:
            RunDamaged: the file cannot be read.
        """
        return self._read(PREDICTIONS, lambda path: tables.read(path, columns))

    def probabilities(self, index: int) -> np.ndarray:
        """Read one row's probabilities, float32 (classes,), without the rest of the table.

        Raises:
            RunDamaged: the file cannot be read.
        """
        columns = [f"probability_{label}" for label in range(len(self.class_names))]
        rows = self._read(PREDICTIONS, lambda path: tables.read_row(path, index, columns))
        return rows.to_numpy()[0]

    def features(self, columns: Sequence[str] | None = None) -> pd.DataFrame | None:
        """Read the result of `embedding.embed`, or some of its columns; None if there is none.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        if not self._has(FEATURES):
            return None
        return self._read(FEATURES, lambda path: tables.read_features(path, columns))

    def add_features(self, features: pd.DataFrame) -> None:
        """Add features to a run that was written without them; raises as `describe` does."""
        self._add(FEATURES, lambda file: tables.write(features, file))

    def ood_detector(self) -> OodDetector | None:
        """Read the out-of-distribution detector; None if there is none.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        names = (OOD_DETECTOR, OLD_OOD_DETECTOR)
        name = next((name for name in names if self._has(name)), None)
        if name is None:
            return None

        def read(path: Path) -> OodDetector:
            with path.open("rb") as file:
                detector = ood.load(file)
            if max(part.layer for part in detector.parts) >= len(self.info.layers):
                raise ValueError("it is of a network with more layers")
            return detector

        return self._read(name, read)

    def add_ood_detector(self, found: OodDetector) -> None:
        """Add an OOD detector to a run that was written without one; raises as `describe` does."""
        self._add(OOD_DETECTOR, found.save)

    def anatomy(self) -> Anatomy | None:
        """Read what every layer is made of; None if that is not there.

        Raises:
            InklingError: the file exists but cannot be read.
        """
        if not self._has(ANATOMY):
            return None
        return self._read(ANATOMY, _load_anatomy)

    def gradient_bytes(self) -> bytes | None:
        """Read the bytes of the gradient graph; None if there is none.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        if not self._has(GRADIENTS):
            return None
        return self._read(GRADIENTS, lambda path: self._vouched(path).read_bytes())

    def add_anatomy(self, anatomy: Anatomy, gradients: bytes | None) -> None:
        """Add what every layer is made of, and the gradient graph; raises as `describe` does."""
        # The anatomy comes last: where it is, all is there.
        if gradients is not None:
            self._add(GRADIENTS, lambda file: file.write(gradients))
            self._read(GRADIENTS, integrity.vouch)
        self._add(ANATOMY, anatomy.save)

    def excitations(self) -> dict[int, Excitation] | None:
        """Read what excites the maps of each layer, by its place; None if that is not there.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        if not self._has(EXCITING):
            return None
        return self._read(EXCITING, _load_excitations)

    def add_excitations(self, found: Mapping[int, Excitation]) -> None:
        """Add what excites the maps of each layer; raises as `describe` does."""
        self._add(EXCITING, lambda file: excitation.save(found, file))

    @property
    def has_film(self) -> bool:
        """Whether its training was filmed."""
        return self._has(FILM)

    def film(self) -> Film | None:
        """Read the film of its training; None if there is none.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        if not self.has_film:
            return None
        return self._read(FILM, _load_film)

    def taught(self) -> Taught | None:
        """Read what it was taught besides its training part; None if there is nothing.

        Raises:
            RunDamaged: the file exists but cannot be read.
        """
        if not self._has(TEACHING):
            return None
        return self._read(TEACHING, _load_teaching)

    def evaluations(self) -> list[Evaluation]:
        """List the results on other datasets, by name; damaged files are skipped."""
        found = []
        for path in sorted(
            (path for place in self._places for path in (place / EVALUATIONS).glob("*.json")),
            key=lambda path: path.name,
        ):
            with contextlib.suppress(OSError, ValueError):
                found.append(Evaluation.model_validate(reading.read_json(path)))
        return found

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Save the results on another dataset, replacing older ones; raises as `describe` does."""
        dataset = evaluation.dataset
        name = f"{slug(dataset.name)}-{dataset.fingerprint[:8]}.json"
        self._add_text(f"{EVALUATIONS}/{name}", evaluation.model_dump_json(indent=1))

    def robustness(self) -> Robustness | None:
        """Read its accuracy under adversarial changes; None if that is not there, or damaged."""
        try:
            return Robustness.model_validate(reading.read_json(self._path(ROBUSTNESS)))
        except (OSError, ValueError):
            return None  # it can be measured again

    def add_robustness(self, found: Robustness) -> None:
        """Save its accuracy under adversarial changes, replacing older; raises as `describe`."""
        self._add_text(ROBUSTNESS, found.model_dump_json(indent=1))

    def corruption_sheet(self) -> CorruptionSheet | None:
        """Read its accuracy on corrupted images; None if that is not there, or damaged."""
        try:
            return CorruptionSheet.model_validate(reading.read_json(self._path(CORRUPTIONS)))
        except (OSError, ValueError):
            return None  # it can be measured again

    def add_corruption_sheet(self, found: CorruptionSheet) -> None:
        """Save its accuracy on corrupted images, replacing older; raises as `describe` does."""
        self._add_text(CORRUPTIONS, found.model_dump_json())

    def strangers(self) -> Strangers | None:
        """Read how strange other images are to it; None if that is not there, or damaged."""
        try:
            return Strangers.model_validate(reading.read_json(self._path(STRANGERS)))
        except (OSError, ValueError):
            return None  # it can be measured again

    def add_strangers(self, found: Strangers) -> None:
        """Save how strange other images are to it, replacing older; raises as `describe` does."""
        self._add_text(STRANGERS, found.model_dump_json(indent=1))

    def describe(self, *, name: str | None = None, note: str | None = None) -> None:
        """Give the run a name, a note or both; "" removes one, and None leaves it as it is.

        Raises:
            InklingError: it is too long, the dashboard is read-only, or the store cannot be
                written. Nothing was changed then.
        """
        about = About.of(
            self.about.name if name is None else name, self.about.note if note is None else note
        )
        self._add_text(ABOUT, about.model_dump_json())

    def files(self) -> dict[str, Path]:
        """Find all its files by their names in the run, with what was added; all as written.

        Raises:
            RunDamaged: one cannot be read.
        """
        here = (
            path.relative_to(place).as_posix()
            for place in self._places
            for path in place.rglob("[!.]*")
            if path.is_file()
        )
        names = {*here, *filter(self._has, (INFO, *REQUIRED, *OPTIONAL))}
        return {name: self._read(name, lambda path: path) for name in sorted(names)}

    def checked(self) -> "Run | Damaged":
        """Return it, or what is wrong, after reading every file of which is known what it was.

        One that is not there was left out to save space, as of the bundled run: `read` misses those
        that a run cannot do without.
        """
        try:
            for name in self.info.hashes:
                if self._has(name):
                    self._read(name, lambda _: None)
        except RunDamaged as error:
            return Damaged(self.id, str(error))
        return self

    @property
    def _places(self) -> list[Path]:
        """Where its files may be; the last one is where files are added."""
        return [self.folder] if self.additions is None else [self.folder, self.additions]

    def _path(self, name: str) -> Path:
        """Return where a file is read: where it was added, if it was."""
        added = self._places[-1] / name
        was_added = added.exists() or (self.shared is not None and self.shared.has(added))
        return added if was_added else self.folder / name

    def _has(self, name: str) -> bool:
        """Whether it has a file, even if that was not fetched from a shared store yet."""
        path = self._path(name)
        if path.exists() or self.shared is None:
            return path.exists()
        of_the_store = self.shared.holds(self.folder) and name in self.info.hashes
        return self.shared.has(path) or of_the_store

    def _add_text(self, name: str, text: str) -> None:
        self._add(name, lambda file: file.write(text.encode()))

    def _add(self, name: str, fill: Callable[[BinaryIO], object]) -> None:
        """Add or replace a file, unless nothing may be changed."""
        access.refuse_unless_may(access.Change.MANAGE, REFUSED)
        path = self._places[-1] / name
        if self.shared is not None:
            self.shared.write(path, fill)
            return
        if self.additions is None and name in self.info.hashes:
            self._forget_hash(name)
        atomic.write(path, fill)

    def _forget_hash(self, name: str) -> None:
        """Note, before a file is replaced, that it will not be the one that came with the run."""
        lock = self.folder.with_name(f".{self.id}.lock")
        with atomic.said_plainly(lock), FileLock(lock):
            info = _read_info(self.folder)
            kept = {file: known for file, known in info.hashes.items() if file != name}
            if kept != info.hashes:
                text = info.model_copy(update={"hashes": kept}).model_dump_json(indent=1)
                atomic.write_text(self.folder / INFO, text)

    def _read(self, name: str, read: Callable[[Path], Content]) -> Content:
        try:
            path = self._path(name)
            if self.shared is not None:
                known = self.info.hashes.get(name) if path.parent == self.folder else None
                self.shared.fetch(path, known)
            reading.check_regular(path)
            self._check_content(path)
            if path.suffix == ".npz":
                reading.check_unpacked(path)
            return read(path)
        except RunDamaged:
            raise
        except InklingError as error:
            raise RunDamaged(f"{name} of run {self.id} cannot be read: {error}") from error
        except UNREADABLE as error:
            raise RunDamaged(f"{name} of run {self.id} cannot be read: {reason(error)}.") from error

    def _check_content(self, path: Path) -> None:
        """Check that a file is as it was written, if that is known."""
        known = self.info.hashes.get(path.name) if path.parent == self.folder else None
        if known is None or integrity.digest(path) == known:
            return
        # It may have been replaced since this run was opened, by `_addition`.
        if _read_info(self.folder).hashes.get(path.name) == known:
            raise RunDamaged(
                f"{path.name} of run {self.id} is not as it was written: it is damaged, or was "
                "altered. Copy the run again from its source, or train again."
            )

    def _vouched(self, path: Path) -> Path:
        """Return the path of a graph that can be opened without harm to this process."""
        came_with_it = path.parent == self.folder
        ours = came_with_it and (self.bundled or path.name in self.info.hashes)
        if not (ours or integrity.survives(path)):
            raise RunDamaged(
                f"{path.name} of run {self.id} is damaged: a process that opens it fails. Copy the "
                "run again from its source, or train again."
            )
        return path

    def _opened_safely(self, path: Path) -> ServingGraph:
        return ServingGraph(self._vouched(path))


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
        anatomy: what every layer is made of.
        gradients: the gradient graph, if the network has one.
        excitations: what excites the maps of each layer, by its place.
        film: of the training.
        taught: what it was taught besides its training part, and what it made of it.
        write_model, write_graph: write the Keras model and the serving graph to a path.
        about: the name and the note that somebody gave it already.
    """

    history: pd.DataFrame
    predictions: pd.DataFrame
    write_model: Callable[[Path], object]
    write_graph: Callable[[Path], object]
    features: pd.DataFrame | None = None
    ood_detector: OodDetector | None = None
    anatomy: Anatomy | None = None
    gradients: bytes | None = None
    excitations: Mapping[int, Excitation] | None = None
    film: Film | None = None
    taught: Taught | None = None
    about: About = NO_WORDS


def write(target: Path, info: RunInfo, files: RunFiles) -> Run:
    """Write a run folder, completely or not at all.

    Args:
        target: the folder, which must not exist yet; its name becomes the run's id.
        info: the content of run.json; its id, versions and file sizes are set here.
        files: the other files.

    Raises:
        InklingError: the disk is full or the store cannot be written.
    """
    with whole_folder(target) as draft:
        files.write_model(draft / MODEL)
        files.write_graph(draft / GRAPH)
        files.history.to_csv(draft / HISTORY, index=False)
        tables.write(files.predictions, draft / PREDICTIONS)
        if files.features is not None:
            tables.write(files.features, draft / FEATURES)
        if files.ood_detector is not None:
            with (draft / OOD_DETECTOR).open("wb") as file:
                files.ood_detector.save(file)
        if files.anatomy is not None:
            with (draft / ANATOMY).open("wb") as file:
                files.anatomy.save(file)
        if files.gradients is not None:
            (draft / GRADIENTS).write_bytes(files.gradients)
        if files.excitations is not None:
            with (draft / EXCITING).open("wb") as file:
                excitation.save(files.excitations, file)
        if files.film is not None:
            with (draft / FILM).open("wb") as file:
                files.film.save(file)
        if files.taught is not None:
            with (draft / TEACHING).open("wb") as file:
                files.taught.save(file)
        if files.about != NO_WORDS:
            (draft / ABOUT).write_text(files.about.model_dump_json(), encoding="utf-8")
        sizes = {name: (draft / name).stat().st_size for name in REQUIRED}
        hashes = {path.name: integrity.digest(path) for path in sorted(draft.iterdir())}
        hashes.pop(ABOUT, None)  # people change it
        known = {"id": target.name, "versions": _versions(), "files": sizes, "hashes": hashes}
        info = info.model_copy(update=known)
        (draft / INFO).write_text(info.model_dump_json(indent=1), encoding="utf-8")
    return Run(target, info, files.about, version=str(state(target)))


def read(folder: Path, additions: Path | None, version: str, shared: Shared | None = None) -> Run:
    """Read a run folder's description and check that its files are complete.

    Args:
        folder: the run folder.
        additions: where its additions are kept if not in it; see `Run`.
        version: what `state` says of all of its files.
        shared: the shared store that keeps it; what is not on this machine yet is not missing.

    Raises:
        RunDamaged: a file is missing or cut off, or run.json cannot be read.
    """
    info = _read_info(folder)
    for name in REQUIRED:
        path, expected = folder / name, info.files.get(name)
        if shared is not None and shared.holds(path) and not path.exists():
            continue
        if not path.is_file():
            raise _damaged(folder, f"{name} is missing")
        if expected is not None and path.stat().st_size != expected:
            raise _damaged(folder, f"{name} has {path.stat().st_size:,} of {expected:,} bytes")
    # A folder that was renamed or copied keeps working under the name it has now.
    info = info.model_copy(update={"id": folder.name})
    return Run(folder, info, _about((additions or folder) / ABOUT), additions, version, shared)


def state(folder: Path) -> State:
    """Return the time stamp and the size of each file in a folder, and of folders in it."""
    try:
        return {
            entry.name: _stamp(entry)
            for entry in sorted(os.scandir(folder), key=lambda one: one.name)
        }
    except PermissionError:  # that it is a run, its name tells; `read` says the rest
        return {INFO: UNKNOWN} if fnmatch(folder.name, STAMPED) else {}
    except OSError:  # there is no such folder, or it is being deleted
        return {}


def _stamp(entry: os.DirEntry[str]) -> tuple[int, int]:
    try:
        stat = entry.stat()
    except OSError:  # a link to nothing, or what may not be looked at
        return UNKNOWN
    return stat.st_mtime_ns, stat.st_size


def is_run(files: Collection[str]) -> bool:
    """Tell by its files whether a folder is a run, perhaps a damaged one, or something else."""
    # A folder without run.json counts only if it has another file of a run.
    return not {INFO, *REQUIRED}.isdisjoint(files)


def _load_history(path: Path) -> pd.DataFrame:
    history = pd.read_csv(path)
    if "epoch" not in history:
        raise ValueError("it lacks the column “epoch”")
    return history


def _load_anatomy(path: Path) -> Anatomy:
    with path.open("rb") as file:
        return load_anatomy(file)


def _load_excitations(path: Path) -> dict[int, Excitation]:
    with path.open("rb") as file:
        return excitation.load(file)


def _load_film(path: Path) -> Film:
    with path.open("rb") as file:
        return films.load(file)


def _load_teaching(path: Path) -> Taught:
    with path.open("rb") as file:
        return teaching.load(file)


def _about(path: Path) -> About:
    """Read what people wrote about a run; a damaged file is as good as none."""
    try:
        return About.model_validate(reading.read_json(path))
    except (OSError, ValueError):
        return About()


def _read_info(folder: Path) -> RunInfo:
    try:
        raw: dict[str, Any] = reading.read_json(folder / INFO)
        if isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
            raise RunDamaged(
                f"Run {folder.name} was written by a newer version of Inkling (format "
                f"{raw['format']}; this one reads up to {FORMAT}). Update Inkling to open it."
            )
        return RunInfo.model_validate(raw)
    except FileNotFoundError:
        raise _damaged(folder, f"{INFO} is missing") from None
    except PermissionError as error:
        raise RunDamaged(
            f"Run {folder.name} may not be read: permission denied. Let this user read its folder "
            f"and {INFO}."
        ) from error
    except OSError as error:
        raise _damaged(folder, f"{INFO} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        faults = error.errors()
        unknown = next((one for one in faults if one["type"] == "extra_forbidden"), None)
        what = ".".join(str(part) for part in (unknown or faults[0])["loc"])
        if unknown:
            raise RunDamaged(
                f"Run {folder.name} was written by a newer version of Inkling: “{what}” in {INFO} "
                "is new. Update Inkling to open it."
            ) from error
        raise _damaged(folder, f"“{what}” in {INFO} is missing or invalid") from error
    except (ValueError, AttributeError) as error:
        raise _damaged(folder, f"{INFO} is incomplete or invalid") from error


def _damaged(folder: Path, what: str) -> RunDamaged:
    return RunDamaged(
        f"Run {folder.name} is damaged: {what}. Copy it again from its source, or delete its "
        "folder and train again."
    )


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in VERSIONED:
        versions[name] = importlib.metadata.version(name)
    return versions
