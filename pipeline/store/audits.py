"""Audits of datasets: what networks that never saw an image make of its label; beside the runs.

`<store>/.audits/<fingerprint>.parquet` is the newest audit of a dataset: a row an image, who was
asked in the file's own metadata. `<store>/.audits/<key>/` keeps what the networks of an audit have
said that is not done, a file a fold; so it goes on after a kill or a power failure.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import AwareDatetime, BaseModel

from pipeline import access, atomic
from pipeline.analysis import label_errors, metrics
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.data.prepared import same_images
from pipeline.data.splitting import PARTS
from pipeline.errors import InklingError
from pipeline.reading import DAMAGED, check_regular
from pipeline.store import tables, unfinished
from pipeline.store.runs import Store

FOLDER = ".audits"  # in the store
FACTS = "audit"  # the table's attribute that says who was asked
LEAST = 0.01  # suspicion that is worth listing: a probability of 99%
REFUSED = "labels cannot be audited"
COLUMNS = ("index", "label", "predicted", "confidence", "suspicion", "doubted")
UNREADABLE = (*DAMAGED, pa.ArrowException)


class Facts(BaseModel):
    """How an audit was made.

    Attributes:
        created: when it was done, in UTC.
        dataset: its name.
        config: the settings of its networks.
        folds: how many networks there were each time, each asked about the images that it did not
            learn from.
        repeats: how many times, so how many networks were asked about each image.
        accuracy: the share of all images on which they agree with the label.
        class_names: one name per class, in label order, as they were then.
        counts: how many images each part has, in the order of their rows.
        doubted: how many labels of each part are probably wrong.
    """

    created: AwareDatetime
    dataset: str
    config: TrainConfig
    folds: int
    repeats: int = 1
    accuracy: float
    class_names: tuple[str, ...]
    counts: dict[str, int]
    doubted: dict[str, int]

    @property
    def networks(self) -> int:
        """How many networks were trained."""
        return self.folds * self.repeats


@dataclass(frozen=True)
class Fold:
    """What one network says of images that it did not learn from.

    Attributes:
        probabilities: float32 (n, classes).
        voted: float32 (n, classes), from `label_errors.votes`.
    """

    probabilities: np.ndarray
    voted: np.ndarray


@dataclass(frozen=True)
class Audit:
    """The audit of a dataset."""

    path: Path
    facts: Facts

    def table(self, part: str) -> pd.DataFrame:
        """Read what was found of a part of the dataset, a row an image.

        Args:
            part: "train", "valid" or "test".

        Returns:
            index (within the part), label, predicted, confidence, suspicion (see
            `label_errors.suspicion`), doubted (whether the label is probably wrong).

        Raises:
            InklingError: the file is damaged.
        """
        return self._part(part, COLUMNS)

    def most_suspicious(self, first: int) -> pd.DataFrame:
        """Read the most suspicious labels of all parts: as `table`, with a column part.

        Labels that are all but certain are left out, so there may be fewer.
        """
        parts = [self.table(part).assign(part=part) for part in self.facts.counts]
        found = pd.concat(parts)
        found = found[found["suspicion"] >= LEAST].sort_values(
            "suspicion", ascending=False, kind="stable"
        )
        return found.head(first).reset_index(drop=True)

    def probabilities(self, part: str) -> np.ndarray:
        """Read what the networks said of a part: float32 (n, classes); raises as `table`."""
        with _sound(self.path):
            names = [name for name in pq.read_schema(self.path).names if "probability_" in name]
        return self._part(part, names).to_numpy()

    def of_image(self, part: str, index: int) -> np.ndarray:
        """Read what the networks said of one image: float32 (classes,); raises as `table`."""
        with _sound(self.path):
            names = [name for name in pq.read_schema(self.path).names if "probability_" in name]
            row = tables.read_row(self.path, self._rows(part).start + index, names)
        return row.to_numpy()[0]

    def _part(self, part: str, columns: Sequence[str]) -> pd.DataFrame:
        with _sound(self.path):
            return tables.read(self.path, columns).iloc[self._rows(part)].reset_index(drop=True)

    def _rows(self, part: str) -> slice:
        before = sum(self.facts.counts[name] for name in PARTS[: PARTS.index(part)])
        return slice(before, before + self.facts.counts[part])


def path_of(store: Store, fingerprint: str) -> Path:
    """Return where the audit of a dataset is, or would be."""
    places = [store.folder / FOLDER / f"{one}.parquet" for one in same_images(fingerprint)]
    wanted = store.folder / FOLDER / f"{fingerprint}.parquet"
    if store.shared is not None:
        for place in (one for one in [wanted, *places] if store.shared.has(one)):
            store.shared.fetch(place)
    return next((place for place in [wanted, *places] if place.exists()), wanted)


def read(store: Store, fingerprint: str) -> Audit | None:
    """Open the newest audit of a dataset, under whatever class names; None if there is none.

    Raises:
        InklingError: it is damaged, or of another version of Inkling.
    """
    path = path_of(store, fingerprint)
    if not path.exists():
        return None
    with _sound(path):
        kept = json.loads((pq.read_schema(path).metadata or {})[b"PANDAS_ATTRS"])
        return Audit(path, Facts.model_validate(kept[FACTS]))


def publish(
    store: Store, dataset: Dataset, config: TrainConfig, times: tuple[int, int], found: Fold
) -> Audit:
    """Write the audit of a dataset, in place of an earlier one.

    Args:
        store: where.
        dataset: which was audited.
        config: the settings of its networks.
        times: how many there were each time, and how many times.
        found: what they said of all images, part after part.

    Raises:
        InklingError: the disk is full, or the store cannot be written.
    """
    access.refuse_unless_may(access.Change.TRAIN, REFUSED)
    labels = np.concatenate([getattr(dataset, f"y_{part}") for part in PARTS])
    believed = label_errors.belief([found.probabilities], found.voted)
    table = metrics.predictions_table(labels, found.probabilities)
    table["index"] = np.concatenate([np.arange(dataset.counts[part]) for part in PARTS])
    table["suspicion"] = label_errors.suspicion(labels, believed)
    table["doubted"] = label_errors.confidently_other(labels, believed)
    part_of = np.repeat(PARTS, [dataset.counts[part] for part in PARTS])
    facts = Facts(
        created=datetime.now(UTC),
        dataset=dataset.name,
        config=config,
        folds=times[0],
        repeats=times[1],
        accuracy=float((table["predicted"] == table["label"]).mean()),
        class_names=dataset.class_names,
        counts=dataset.counts,
        doubted={part: int(table["doubted"][part_of == part].sum()) for part in PARTS},
    )
    table.attrs = {FACTS: facts.model_dump(mode="json")}
    path = path_of(store, dataset.fingerprint)
    if store.shared is None:
        atomic.write(path, lambda file: tables.write(table, file))
    else:
        store.shared.write(path, lambda file: tables.write(table, file))
        store.shared.fetch(path)
    return Audit(path, facts)


@dataclass(frozen=True)
class Unfinished:
    """The place of an audit that is not done."""

    folder: Path

    @classmethod
    def of(
        cls, store: Store, config: TrainConfig, times: tuple[int, int], fingerprint: str
    ) -> "Unfinished":
        """Return the place for an audit with these settings of this dataset; see `publish`."""
        settings = config.model_dump_json(exclude={"film", "corrections", "dataset"})
        key = hashlib.sha256(f"{settings} {times} {fingerprint}".encode()).hexdigest()[:16]
        return cls(store.folder / FOLDER / key)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from making the same audit at once; one that is discarded is forgotten.

        Raises:
            InklingError: it is being made already, or the store is read-only.
        """
        access.refuse_unless_may(access.Change.TRAIN, REFUSED)
        with unfinished.held(self.folder, "An audit", self.forget):
            yield

    def load(self, fold: int, images: int) -> Fold | None:
        """Read what the network of a fold said; None if it has to be asked (again).

        Args:
            fold: counted from 0.
            images: how many it is asked about.
        """
        try:
            with np.load(self._file(fold), allow_pickle=False) as kept:
                found = Fold(kept["probabilities"], kept["voted"])
        except DAMAGED:  # or missing
            return None
        return found if len(found.probabilities) == len(found.voted) == images else None

    def save(self, fold: int, found: Fold) -> None:
        """Keep what the network of a fold said; raises InklingError if that cannot be written."""
        atomic.write(
            self._file(fold),
            lambda file: np.savez(file, probabilities=found.probabilities, voted=found.voted),
        )

    def forget(self) -> None:
        """Delete what the networks have said so far."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, fold: int) -> Path:
        return self.folder / f"fold-{fold}.npz"


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Turn what a damaged audit raises into one sentence."""
    try:
        check_regular(path)
        yield
    except UNREADABLE as error:
        raise InklingError(
            f"The audit in {path} is damaged, or from another version of Inkling. Delete that file "
            "and audit the labels again."
        ) from error
