"""Checkpoints of interrupted trainings, which can be resumed after a kill or a power failure.

Each is in `<store>/.checkpoints/<key>/`, with a key made from its settings and its dataset: the
settings in a JSON file, the state in an `.npz` that is replaced atomically at the end of each
epoch. The state includes the corrections it learns from, so that later ones change nothing, and the
film so far. Beside it is a lock that the training holds while it runs.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import Timeout
from pydantic import TypeAdapter
from pydantic_core import to_json

from pipeline import access, atomic
from pipeline.config import DEEP, TrainConfig
from pipeline.errors import InklingError
from pipeline.reading import DAMAGED, changed, check_unpacked, read_json
from pipeline.store import unfinished
from pipeline.store.runs import Store
from pipeline.training.checkpoint import Checkpoint, ExtraExamples, Row, score
from pipeline.training.film import Film

FOLDERS = (".checkpoints", ".unfinished")  # the second is from earlier versions
OLD_SETTINGS = {"variant": "deeper"}  # a flag, true for the deep variant
LATER_SETTINGS = ("corrections", "allographs", "disturbance")  # unknown to earlier versions
REFUSED = "interrupted trainings cannot be continued or discarded"
SETTINGS, STATE = "settings.json", "state.npz"
LISTS = ("variables", "optimizer", "best_weights")
EXTRA = {
    "extra_images": "images",
    "extra_labels": "labels",
}  # key in the file: field
FILM = "film_"  # what the keys of its film begin with
_ROWS = TypeAdapter(list[dict[str, int | float]])


@dataclass(frozen=True)
class InterruptedTraining:
    """The place of one training's checkpoints."""

    folder: Path

    @classmethod
    def of(cls, store: Store, config: TrainConfig, fingerprint: str) -> "InterruptedTraining":
        """Return the place for a training with these settings on this dataset."""
        key = key_of(config, fingerprint)
        places = [cls(store.folder / name / key) for name in FOLDERS]
        return next((place for place in places if place.exists()), places[0])

    @property
    def key(self) -> str:
        """The folder's name."""
        return self.folder.name

    def exists(self) -> bool:
        """Whether there is a completed epoch to resume from."""
        return (self.folder / STATE).is_file()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from running the same training at once; one that is discarded is forgotten.

        Raises:
            InklingError: it is already running.
        """
        with unfinished.held(self.folder, "A training", self.forget):
            yield

    def running(self) -> bool:
        """Whether a running training holds the lock."""
        try:
            with unfinished.lock_of(self.folder).acquire(timeout=0):
                return False
        except Timeout:
            return True
        except OSError:  # it can be neither locked nor gone on with
            return False

    def save(self, config: TrainConfig, checkpoint: Checkpoint) -> None:
        """Save the state after an epoch; the previous one is kept until this one is complete.

        Raises:
            InklingError: the dashboard is read-only, or the store cannot be written.
        """
        access.refuse_unless_may(access.Change.TRAIN, REFUSED)
        arrays = {
            f"{name}_{number:03d}": value
            for name in LISTS
            for number, value in enumerate(getattr(checkpoint, name))
        }
        facts = {
            "rows": checkpoint.rows,
            "best_epoch": checkpoint.best_epoch,
            "seconds": checkpoint.seconds,
            "repeats": checkpoint.extra.repeats,
            "network": checkpoint.network,
        }
        arrays |= {name: getattr(checkpoint.extra, field) for name, field in EXTRA.items()}
        if checkpoint.film is not None:
            arrays |= {FILM + name: value for name, value in checkpoint.film.members().items()}
        atomic.write_text(self.folder / SETTINGS, config.model_dump_json())
        atomic.write(
            self.folder / STATE,
            lambda file: np.savez(file, facts=np.array(json.dumps(facts)), **arrays),
        )

    def load(self) -> Checkpoint | None:
        """Read the state after the last completed epoch; None if there is none.

        Raises:
            InklingError: the file is damaged.
        """
        if not self.exists():
            return None
        with self._opened() as kept:
            facts = json.loads(str(kept["facts"]))
            variables, optimizer, best_weights = (
                [kept[key] for key in sorted(kept) if key.rpartition("_")[0] == name]
                for name in LISTS
            )
            extra = ExtraExamples()
            if "repeats" in facts:  # older ones had none
                arrays = {field: kept[name] for name, field in EXTRA.items()}
                extra = ExtraExamples(**arrays, repeats=facts["repeats"])
            return Checkpoint(
                rows=_rows(facts),
                variables=variables,
                optimizer=optimizer,
                best_epoch=int(facts["best_epoch"]),
                best_weights=best_weights,
                seconds=float(facts["seconds"]),
                extra=extra,
                film=_film(kept),
                network=str(facts.get("network", "")),
            )

    def rows(self) -> list[Row]:
        """Read the history so far, one row per epoch.

        Raises:
            InklingError: the file is damaged.
        """
        with self._opened() as kept:
            return _rows(json.loads(str(kept["facts"])))

    @contextmanager
    def _opened(self) -> Iterator[Mapping[str, np.ndarray]]:
        """Open the checkpoint, and turn what a damaged one raises into one sentence."""
        path = self.folder / STATE
        try:
            check_unpacked(path)
            with np.load(path, allow_pickle=False) as kept:
                yield kept
        except DAMAGED as error:
            raise InklingError(
                f"The checkpoint in {self.folder} is damaged, or from another version of Inkling. "
                "Delete that folder and train again."
            ) from error

    def config(self) -> TrainConfig:
        """Read the settings of the training.

        Raises:
            InklingError: they are damaged, or from another version of Inkling.
        """
        try:
            kept = read_json(self.folder / SETTINGS)
            # Older settings do not mention what did not exist then, and is not to be added now.
            return TrainConfig.model_validate({"allographs": 0.0, "disturbance": 0.0} | kept)
        except (*DAMAGED, InklingError) as error:
            raise InklingError(
                f"The settings of the interrupted training in {self.folder} cannot be read. "
                "Delete that folder and train again."
            ) from error

    def forget(self) -> None:
        """Delete the checkpoint; raises InklingError where the dashboard is read-only."""
        access.refuse_unless_may(access.Change.TRAIN, REFUSED)
        (self.folder / STATE).unlink(missing_ok=True)  # first: without it, there is none
        shutil.rmtree(self.folder, ignore_errors=True)

    def published(self, store: Store) -> bool:
        """Whether its run is in the store: whoever is killed right then leaves its checkpoint."""
        try:
            epochs, done = self.config().epochs or 0, len(self.rows())
        except InklingError:
            return False
        return done >= epochs and any(
            run.info.config is not None
            and run.info.status == "finished"
            and key_of(run.info.config, run.info.dataset.fingerprint) == self.key
            for run in store.runs()
        )


def list_interrupted(store: Store) -> list[InterruptedTraining]:
    """List the interrupted trainings that can be resumed after an epoch, newest first."""
    states = [state for name in FOLDERS for state in (store.folder / name).glob(f"*/{STATE}")]
    found = [InterruptedTraining(path.parent) for path in sorted(states, key=changed, reverse=True)]
    return [one for one in found if not one.running() and not one.published(store)]


def _film(kept: Mapping[str, np.ndarray]) -> Film | None:
    """Return the film in a checkpoint; None if it has none, such as an older one."""
    members = {key.removeprefix(FILM): kept[key] for key in kept if key.startswith(FILM)}
    return Film.of_members(members) if members else None


def _rows(facts: Any) -> list[Row]:
    """Return the history in a checkpoint's facts.

    Raises:
        ValueError, TypeError, KeyError: there is none, or it lacks what ranks an epoch.
    """
    rows = _ROWS.validate_python(facts["rows"])
    for row in rows:
        score(row)
    return rows


def newest(store: Store) -> InterruptedTraining:
    """Find the most recently interrupted training.

    Raises:
        InklingError: there is none.
    """
    found = list_interrupted(store)
    if not found:
        raise InklingError(
            f"There is no interrupted training in {store.where}: nothing to resume. "
            "Start a new one with “inkling train”."
        )
    return found[0]


def key_of(config: TrainConfig, fingerprint: str) -> str:
    """Name a training by its settings and dataset, as always: so older checkpoints are found."""
    # What changes no weight is no part of it.
    exclude = {"film"}
    exclude |= {name for name in LATER_SETTINGS if not getattr(config, name)}
    settings = config.model_dump(exclude=exclude)
    deep = None if config.variant is None else config.variant == DEEP
    as_ever = {OLD_SETTINGS.get(name, name): value for name, value in settings.items()}
    written = to_json(as_ever | {OLD_SETTINGS["variant"]: deep})
    return hashlib.sha256(written + fingerprint.encode()).hexdigest()[:16]
