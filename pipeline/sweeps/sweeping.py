"""A sweep: which of its trainings the store lacks -> those trained, here or by Ray -> its results.

Without Ray, the trainings are made one after another in this process, as `inkling train` makes
them. With Ray, they are tasks (`on_ray`). What is in the
store is not trained again, and an interrupted training goes on from its checkpoint: so going on
with a sweep is asking for it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import cluster
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, open_dataset
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.store import searches
from pipeline.store.beginning import settled
from pipeline.store.interrupted import key_of
from pipeline.store.runs import Store
from pipeline.store.searches import Tried
from pipeline.sweeps import results
from pipeline.sweeps.plan import FINALISTS, Sweep
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources


@dataclass(frozen=True)
class Swept:
    """What came of a sweep.

    Attributes:
        table: a row per run; see `results.table`.
        tried: what a search gave up, and trainings that failed.
        trained: how many runs are new.
    """

    table: pd.DataFrame
    tried: tuple[Tried, ...]
    trained: int


def sweep(
    plan: Sweep,
    store: Store,
    data_dir: Path | None = None,
    on_progress: OnProgress = silent,
    *,
    on: str | None = None,
    resources: Resources | None = None,
) -> Swept:
    """Train what a sweep asks for and the store lacks.

    Args:
        plan: what is asked for.
        store: where the runs are published, each as soon as it is done.
        data_dir: a folder to search first for a named dataset.
        on_progress: called at every stage of every training.
        on: where Ray is, as in `cluster.connected`; None for this process, one after another.
        resources: what each training gets from Ray.

    Raises:
        InklingError: the dataset, the settings, the store or Ray is unsuitable.
        KeyboardInterrupt: it was stopped; the same sweep goes on.
    """
    store.check_writable()
    dataset = open_dataset(plan.dataset, data_dir, on_progress)
    work = _Work(plan, store, dataset, data_dir, on_progress, on, resources or Resources())
    if on is None:
        work.everything()
    else:
        with cluster.connected(on, object_store=cluster.OBJECT_STORE + 2 * _bytes(dataset)):
            work.everything()
    return work.swept()


class _Work:
    """A sweep that is being made."""

    def __init__(
        self,
        plan: Sweep,
        store: Store,
        dataset: Dataset,
        data_dir: Path | None,
        on_progress: OnProgress,
        on: str | None,
        resources: Resources,
    ) -> None:
        self._plan, self._store, self._dataset, self._data_dir = plan, store, dataset, data_dir
        self._on_progress, self._on, self._resources = on_progress, on, resources
        self._wanted: list[TrainConfig] = []
        self._before = set(results.finished(store, dataset.fingerprint))

    def everything(self) -> None:
        """Train what is asked for; of a search, then its best settings with every seed."""
        first = self._settled(self._plan.first())
        self._train(first)
        if self._plan.searched:
            again = [c for best in self._finalists(first) for c in self._plan.again(best)]
            self._train(again)

    def swept(self) -> Swept:
        """Return what the store has of it."""
        done = results.finished(self._store, self._dataset.fingerprint)
        keys = dict.fromkeys(self._key(config) for config in self._wanted)
        runs = [done[key] for key in keys if key in done]
        tried = [one for one in self._tried() if one.key in keys and one.key not in done]
        return Swept(results.table(runs), tuple(tried), len({*keys} & {*done} - self._before))

    def _train(self, wanted: Sequence[TrainConfig]) -> None:
        self._wanted.extend(wanted)
        over = {one.key for one in self._tried() if not one.failed}
        over |= set(results.finished(self._store, self._dataset.fingerprint))
        missing = [config for config in wanted if self._key(config) not in over]
        if not missing:
            return
        report = Report(self._on_progress, len(missing))
        if self._on is None:
            self._on_progress(Progress("Starting", note="loading TensorFlow"))
            with quiet_stderr():
                from pipeline.sweeps.one_by_one import train
            train(missing, self._store, self._dataset, self._data_dir, report)
            return
        from pipeline.sweeps import on_ray

        on_ray.train(missing, self._store, self._dataset, report, self._resources)

    def _finalists(self, first: Sequence[TrainConfig]) -> list[TrainConfig]:
        """Choose settings by validation accuracy, for each network and preset, its own first."""
        done = results.finished(self._store, self._dataset.fingerprint)
        chosen: list[TrainConfig] = []
        own = self._settled(self._plan.first())[
            : len(self._plan.networks) * len(self._plan.presets)
        ]
        for base in own:
            alike = [c for c in first if (c.network, c.preset) == (base.network, base.preset)]
            found = results.table([done[key] for key in map(self._key, alike) if key in done])
            best = found.sort_values("val_accuracy", ascending=False, kind="stable")["run"]
            by_run = {done[key].id: c for c in alike if (key := self._key(c)) in done}
            others = [by_run[run] for run in best if by_run[run] != base]
            chosen += [base, *others[:FINALISTS]]
        return chosen

    def _settled(self, configs: Sequence[TrainConfig]) -> list[TrainConfig]:
        return [settled(config, self._dataset) for config in configs]

    def _key(self, config: TrainConfig) -> str:
        return key_of(config, self._dataset.fingerprint)

    def _tried(self) -> tuple[Tried, ...]:
        return searches.read(self._store, self._dataset.fingerprint)


def _bytes(dataset: Dataset) -> int:
    return sum(images.nbytes for images in (dataset.x_train, dataset.x_valid, dataset.x_test))
