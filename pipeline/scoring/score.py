"""Scoring any number of images with a run: paths -> parts -> processes, or Ray -> a result."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import atomic
from pipeline.errors import InklingError, reason
from pipeline.progress import OnProgress, Progress, silent
from pipeline.reading import place
from pipeline.scoring import on_ray, processes, result, samples, sources
from pipeline.scoring.network import Network
from pipeline.scoring.processes import Task
from pipeline.scoring.result import Done, Facts, Scored
from pipeline.store import tables
from pipeline.store.run_folder import Run
from pipeline.words import counted


def score(
    run: Run,
    paths: Sequence[Path],
    out: Path,
    *,
    embeddings: bool = False,
    column: str | None = None,
    workers: int | None = None,
    on: str | None = None,
    on_progress: OnProgress = silent,
) -> Scored:
    """Score all images in files and folders; what was scored already is not done again.

    Args:
        run: what scores them.
        paths: image files, IDX, `.npy`, `.npz`, Parquet and tar files, or folders of these.
        out: the folder for the result: new, empty, or begun by the same call.
        embeddings: whether to keep the features of each image, too.
        column: of Parquet files, which one holds the images; None to find it out.
        workers: how many processes, or actors; None for one per core.
        on: the Ray cluster that does it, see `cluster.connected`; None for processes here.
        on_progress: called for each part.

    Raises:
        InklingError: there are no images, the folder cannot be written or is of something else, or
            processes died again and again. What is done is kept then.
    """
    network = Network.of(run, embeddings=embeddings)
    facts = _facts(run, network, sources.checked(paths), column)
    out = place(out)
    with result.writing(out, facts):
        names: list[str] = []
        tasks = _unfinished(facts, network, out, names, counts := [0])
        for rows in (
            processes.score(tasks, network, out, workers or _cores())
            if on is None
            else on_ray.score(tasks, network, out, on, workers)
        ):
            counts[0] += rows
            on_progress(Progress("Scoring", note=counted(counts[0], "image")))
        if not names:
            raise InklingError(f"There are no images in {', '.join(facts.paths)[:400]}.")
        on_progress(Progress("Sorting"))
        return _finish(out, facts, names)


def _facts(run: Run, network: Network, paths: Sequence[Path], column: str | None) -> Facts:
    return Facts(
        run=run.id,
        dataset=run.info.dataset.name,
        class_names=network.class_names,
        shape=network.takes.shape,
        mnist_framed=network.takes.mnist_framed,
        network=network.digest,
        threshold=network.detector.threshold if network.detector else None,
        embeddings=network.embeds is not None,
        paths=tuple(map(str, paths)),
        column=column,
    )


def _unfinished(
    facts: Facts, network: Network, out: Path, names: list[str], counts: list[int]
) -> Iterator[Task]:
    """List the parts that are not scored yet; note the names of all, and count what is there."""
    paths = [Path(path) for path in facts.paths]
    for number, part in enumerate(sources.parts_of(paths, network.takes, facts.column)):
        name = result.part_name(number, part)
        names.append(name)
        rows = _rows_of(out / name)
        if rows is None:
            yield Task(name, part)
        else:
            counts[0] += rows


def _rows_of(path: Path) -> int | None:
    """Tell how many rows a part has that is there; None if it is not, or damaged."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return None


def _finish(out: Path, facts: Facts, names: Sequence[str]) -> Scored:
    """Sort what came out, and say that all is done."""
    try:
        found = samples.of_parts([out / name for name in names], facts.class_names, facts.threshold)
    except (OSError, pa.ArrowException) as error:
        raise InklingError(f"A part of {out} cannot be read: {reason(error)}.") from None
    atomic.write(out / result.SAMPLES, lambda file: tables.write(found.table(), file))
    for path in set(out.glob(result.PARTS)) - {out / name for name in names}:
        path.unlink(missing_ok=True)  # of files that have changed since
    counts = found.counts()
    done = Done(
        images=sum(one.images for one in counts),
        failed=found.failed,
        reasons=tuple(found.reasons),
        by_class=counts,
        finished=datetime.now(UTC),
    )
    facts = facts.model_copy(update={"done": done})
    result.write_facts(out, facts)
    return Scored(out, facts, done)


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
