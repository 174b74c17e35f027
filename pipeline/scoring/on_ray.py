"""Scoring parts on a Ray cluster: Ray Data, with an actor per core.

Rows come back to the driver, which writes them, so workers need no store and no place for results;
but what is scored they must find under the same paths.
"""

import io
import logging
import pickle
import platform
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from pipeline import atomic, cluster
from pipeline.errors import InklingError
from pipeline.scoring import result
from pipeline.scoring.found import Part
from pipeline.scoring.network import Network, Scorer
from pipeline.scoring.processes import Task

AT_ONCE = 1_000  # parts that Ray knows of: of eight million image files, their names take memory


def score(
    tasks: Iterator[Task], network: Network, out: Path, on: str, workers: int | None
) -> Iterator[int]:
    """Score parts on a cluster, and write each into a folder here; as `processes.score`.

    Args:
        tasks: drawn as they are needed.
        network: what scores.
        out: the folder.
        on: which cluster; see `cluster.connected`.
        workers: how many actors; None for one per core of the cluster.

    Yields:
        How many rows a part has, as they are done.

    Raises:
        InklingError: the cluster cannot be used or was lost, a worker has another Inkling or cannot
            find a file, or the folder cannot be written.
    """
    with cluster.connected(on, cores=workers):
        engine = cluster.ray()
        actors = workers or max(1, int(engine.cluster_resources().get("CPU", 1)))
        network_at = engine.put(network)
        while some := list(islice(tasks, AT_ONCE)):
            for row in _scored(some, network_at, min(actors, len(some))):
                if row["error"]:
                    raise InklingError(row["error"])
                _write(out / row["name"], row["content"])
                yield row["rows"]


def _write(path: Path, content: bytes) -> None:
    atomic.write(path, lambda file: file.write(content))


def _scored(tasks: list[Task], network_at: Any, actors: int) -> Iterator[dict[str, Any]]:
    """Let Ray Data score some parts: what `_PartScorer` returns of each."""
    import ray.data

    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    rows = [{"name": task.name, "part": pickle.dumps(task.part)} for task in tasks]
    parts = ray.data.from_items(rows, override_num_blocks=len(rows))
    scored = parts.map(
        _PartScorer,
        fn_constructor_args=(network_at, cluster.versions()),
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
        num_cpus=1,
    )
    yield from scored.iter_rows()


class _PartScorer:
    """Scores parts, in an actor of Ray."""

    def __init__(self, network_at: Any, drivers: dict[str, str]) -> None:
        """Load a network, which is in Ray's object store.

        Args:
            network_at: where.
            drivers: `cluster.versions` of the driver.
        """
        self._network: Network = cluster.ray().get(network_at)
        self._scorer, self._drivers = Scorer(self._network), drivers
        threadpool_limits(1)  # a core an actor

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Score a part: its name, its rows as the content of a Parquet file, and how many."""
        content, rows, error = b"", 0, ""
        try:
            content, rows = self._scored(pickle.loads(row["part"]))
        except InklingError as failed:  # Ray Data would wrap it beyond recognition
            error = str(failed)
        return {"name": row["name"], "content": content, "rows": rows, "error": error}

    def _scored(self, part: Part) -> tuple[bytes, int]:
        cluster.check_same(self._drivers)
        if not Path(part.path).exists():
            raise InklingError(
                f"The worker {platform.node()} cannot find {part.path}. What is scored must be "
                "where all machines of the cluster see it under the same path."
            )
        file, found = io.BytesIO(), part.read(self._network.takes)
        rows = result.write_table(file, self._network.schema, self._scorer.tables(found))
        return file.getvalue(), rows
