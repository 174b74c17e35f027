"""Unfinished trainings, kept so that they can go on after a kill or a power cut.

Each lies in `<store>/.unfinished/<key>/`, the key made from its settings and its dataset: the
settings in a JSON file, the state in an `.npz` that is replaced whole at the end of each epoch.
"""

import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline import atomic
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.runs import Store
from pipeline.training import Checkpoint

SETTINGS, STATE = "settings.json", "state.npz"
LISTS = ("variables", "optimizer", "best_weights")


@dataclass(frozen=True)
class Unfinished:
    """A place for one training's checkpoints."""

    folder: Path

    @classmethod
    def of(cls, store: Store, config: TrainConfig, fingerprint: str) -> "Unfinished":
        """Return the place for a training with these settings on this dataset."""
        digest = hashlib.sha256((config.model_dump_json() + fingerprint).encode())
        return cls(store.folder / ".unfinished" / digest.hexdigest()[:16])

    def save(self, config: TrainConfig, checkpoint: Checkpoint) -> None:
        """Keep the state after an epoch; what was kept before stays until this is whole."""
        arrays = {
            f"{name}_{number:03d}": value
            for name in LISTS
            for number, value in enumerate(getattr(checkpoint, name))
        }
        facts = {
            "rows": checkpoint.rows,
            "best_epoch": checkpoint.best_epoch,
            "seconds": checkpoint.seconds,
        }
        atomic.write_text(self.folder / SETTINGS, config.model_dump_json())
        atomic.write(
            self.folder / STATE,
            lambda file: np.savez(file, facts=np.array(json.dumps(facts)), **arrays),
        )

    def load(self) -> Checkpoint | None:
        """Read the state after the last finished epoch; None where none was finished.

        Raises:
            InklingError: the file is damaged.
        """
        try:
            with np.load(self.folder / STATE, allow_pickle=False) as kept:
                facts = json.loads(str(kept["facts"]))
                variables, optimizer, best_weights = (
                    [kept[key] for key in sorted(kept.files) if key.rpartition("_")[0] == name]
                    for name in LISTS
                )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InklingError(
                f"The checkpoint in {self.folder} is damaged: {error}. Delete that folder and "
                "train anew."
            ) from error
        return Checkpoint(
            rows=facts["rows"],
            variables=variables,
            optimizer=optimizer,
            best_epoch=facts["best_epoch"],
            best_weights=best_weights,
            seconds=facts["seconds"],
        )

    def config(self) -> TrainConfig:
        """Read the settings of the training."""
        return TrainConfig.model_validate_json((self.folder / SETTINGS).read_text("utf-8"))

    def forget(self) -> None:
        """Remove what was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)


def newest(store: Store) -> Unfinished:
    """Find the training that was interrupted last.

    Raises:
        InklingError: there is none.
    """
    found = sorted(
        (store.folder / ".unfinished").glob(f"*/{STATE}"), key=lambda path: path.stat().st_mtime
    )
    if not found:
        raise InklingError(
            f"There is no interrupted training in {store.folder}: nothing to resume. "
            "Start one with “inkling train”."
        )
    return Unfinished(found[-1].parent)
