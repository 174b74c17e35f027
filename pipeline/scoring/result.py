"""The folder of a result: the only module that knows what is in one.

`part-000012-3f9a0c….parquet`, a file a part: a row an image; see `Network.schema`. `_scoring.json`
says what was scored by what, and what came out once all is done; `_samples.parquet` has the images
that are worth a look. Readers of Parquet leave out what begins with an underscore.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from pipeline import atomic, reading
from pipeline.errors import InklingError, reason
from pipeline.scoring.found import Part
from pipeline.store import tables

PARTS = "part-*.parquet"
FACTS, SAMPLES, LOCK = "_scoring.json", "_samples.parquet", ".scoring.lock"
FORMAT = 1
ROWS_A_GROUP = 8_192
UNREADABLE = (*reading.DAMAGED, pa.ArrowException)
REPEATED = ["source", "member", "class", "error"]  # columns whose values come again and again


class Counts(BaseModel):
    """What came out for the images of one class, or for all of them.

    Attributes:
        images: how many there are.
        ood: how many of them are unlike anything in training; 0 where the run cannot tell.
        confidence: how many have a confidence of 0 to 5%, of 5 to 10%, … of 95 to 100%.
    """

    model_config = ConfigDict(frozen=True)

    images: int
    ood: int
    confidence: tuple[int, ...]


class Done(BaseModel):
    """What came out, once all is scored.

    Attributes:
        images: how many were scored.
        failed: how many images, or files, could not be read.
        reasons: up to 20 of their reasons, each with one source.
        by_class: by class, in label order.
        finished: when.
    """

    model_config = ConfigDict(frozen=True)

    images: int
    failed: int
    reasons: tuple[tuple[str, str], ...]
    by_class: tuple[Counts, ...]
    finished: AwareDatetime

    @property
    def ood(self) -> int:
        """How many images are unlike anything in training; 0 where the run cannot tell."""
        return sum(one.ood for one in self.by_class)


class Facts(BaseModel):
    """What a result is of.

    Attributes:
        format: of the folder; newer ones are refused.
        run: the id of the run.
        dataset: the name of what the run was trained on.
        class_names: one name per class, in label order.
        shape: (height, width, channels) of what the network takes.
        mnist_framed: whether those are light ink on black.
        network: a hash of all that scores depend on.
        threshold: of OOD scores: images with higher ones are unlike anything in training; None
            where the run has no detector.
        embeddings: whether the features of each image are in the result.
        paths: what was scored, as absolute paths.
        column: of Parquet files, which one holds the images; None if that was to be found out.
        done: what came out; None before all is scored.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    run: str
    dataset: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]
    mnist_framed: bool
    network: str
    threshold: float | None
    embeddings: bool
    paths: tuple[str, ...]
    column: str | None = None
    done: Done | None = None


@dataclass(frozen=True)
class Scored:
    """A result that is done.

    Attributes:
        path: of its folder.
        facts: what it is of.
        done: what came out.
    """

    path: Path
    facts: Facts
    done: Done

    def samples(self) -> pd.DataFrame:
        """Read the images that are worth a look: see `samples.Samples`.

        Raises:
            InklingError: the file is damaged.
        """
        path = self.path / SAMPLES
        try:
            reading.check_regular(path)
            return tables.read(path, None)
        except UNREADABLE as error:
            raise InklingError(f"{path} cannot be read: {reason(error)}.") from None


def read(path: Path) -> Scored:
    """Open a result.

    Raises:
        InklingError: there is none, it is not done, damaged, or of a newer version of Inkling.
    """
    facts = _facts(path)
    if facts is None:
        raise InklingError(
            f"{path} is no folder that `inkling score` wrote: it has no {FACTS}. Name its --out."
        )
    if facts.done is None:
        raise InklingError(
            f"The scoring in {path} is not done yet. If nothing works on it any more, the same "
            "`inkling score` command goes on with it."
        )
    return Scored(path, facts, facts.done)


@contextmanager
def writing(out: Path, facts: Facts) -> Iterator[None]:
    """Begin a result, or go on with one, that nobody else writes meanwhile.

    Raises:
        InklingError: somebody does, the folder is of something else, or cannot be written.
    """
    with atomic.said_plainly(out):
        if out.is_file():
            raise InklingError(f"{out} is a file. A result is a folder: name another one.")
        atomic.make_folder(out)
        _check_same(out, facts)
        lock = FileLock(out / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise InklingError(f"Another scoring writes to {out}. Wait for its end.") from None
    try:
        atomic.clear(out)
        write_facts(out, facts)
        yield
    finally:
        lock.release()


def write_facts(out: Path, facts: Facts) -> None:
    """Say what a result is of; raises InklingError if that cannot be written."""
    atomic.write_text(out / FACTS, facts.model_dump_json(indent=1))


def part_name(number: int, part: Part) -> str:
    """Name the file of a part: another one if the part, or a file that it is of, has changed."""
    digest = sha256(repr(part).encode("utf-8", "surrogatepass")).hexdigest()
    return f"part-{number:06}-{digest[:12]}.parquet"


def write_table(file: BinaryIO, schema: pa.Schema, rows: Iterable[pa.RecordBatch]) -> int:
    """Write rows to an open file, in groups of a few thousand; return how many they are."""
    repeated = [name for name in REPEATED if name in schema.names]
    with pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=repeated) as writer:
        waiting, count, written = list[pa.RecordBatch](), 0, 0
        for batch in rows:
            waiting, count = [*waiting, batch], count + len(batch)
            if count >= ROWS_A_GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting, count, written = [], 0, written + count
        writer.write_table(pa.Table.from_batches(waiting, schema))
    return written + count


def _check_same(out: Path, facts: Facts) -> None:
    """Check that a folder is empty, or was begun by the same command."""
    held = _facts(out)
    if held is None:
        if any(one.name != LOCK for one in out.iterdir()):
            raise InklingError(f"{out} holds something else. Name a new folder with --out.")
        return
    differs = {
        "another run, or this one as it was before": held.network != facts.network,
        "other paths": held.paths != facts.paths,
        "another column": held.column != facts.column,
    }
    if any(differs.values()):
        what = " and ".join(name for name, differ in differs.items() if differ)
        raise InklingError(
            f"{out} holds the scoring of {what} (by run {held.run}). Name another folder with "
            "--out, or delete that one."
        )


def _facts(folder: Path) -> Facts | None:
    """Read what a result is of; None if there is none."""
    path = folder / FACTS
    try:
        if not path.exists():
            return None
        raw = reading.read_json(path)
        if isinstance(raw, dict) and isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
            raise InklingError(
                f"{folder} was written by a newer version of Inkling. Update Inkling to open it."
            )
        return Facts.model_validate(raw)
    except (OSError, ValueError) as error:
        why = "it is damaged" if isinstance(error, ValidationError) else reason(error)
        raise InklingError(f"{path} cannot be read: {why}.") from None
