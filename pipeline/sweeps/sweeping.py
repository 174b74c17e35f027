"""A sweep: which of its trainings the store lacks -> those trained, here or by Ray -> its results.

Without Ray, the trainings are made one after another in this process, as `inkling train` makes
them. With Ray, they are tasks (`on_ray`); a search gives up early what others do better than
(`search`). What is in the store is not trained again, and an interrupted training goes on from its
checkpoint: so going on with a sweep is asking for it again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import cluster
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, open_dataset
from pipeline.export.trackers.choice import NO_TRACKING, Tracking
from pipeline.export.trackers.recording import Recorder, recording
from pipeline.progress import OnProgress, silent
from pipeline.store import searches
from pipeline.store.beginning import settled
from pipeline.store.interrupted import key_of
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.store.searches import Tried
from pipeline.sweeps import results
from pipeline.sweeps.candidates import Candidate, Known
from pipeline.sweeps.plan import FINALISTS, Sweep
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources
from pipeline.training.loading import LOADING, load_tensorflow


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
    tracking: Tracking = NO_TRACKING,
) -> Swept:
    """Train what a sweep asks for and the store lacks.

    Args:
        plan: what is asked for.
        store: where the runs are published, each as soon as it is done.
        data_dir: a folder to search first for a named dataset.
        on_progress: called at every stage of every training.
        on: where Ray is, as in `cluster.connected`; None for this process, one after another.
        resources: what each training gets from Ray.
        tracking: where its runs are written, too, those that the store had before included; it can
            fail no training.

    Raises:
        InklingError: the dataset, the settings, the store or Ray is unsuitable.
        KeyboardInterrupt: it was stopped; the same sweep goes on.
    """
    track = tracking.trackers(plan.key)
    store.check_writable()
    dataset = open_dataset(plan.dataset, data_dir, on_progress)
    with recording(track, store, plan.key, on_progress) as recorder:
        work = _Work(
            plan, store, dataset, data_dir, on_progress, on, resources or Resources(), recorder
        )
        if on is None:
            work.everything()
        else:
            with cluster.connected(on, object_store=cluster.OBJECT_STORE + 2 * _bytes(dataset)):
                work.everything()
        swept = work.swept()
        for run_id in swept.table["run"]:
            recorder.add(run_id)
    return swept


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
        recorder: Recorder,
    ) -> None:
        self._plan, self._store, self._dataset, self._data_dir = plan, store, dataset, data_dir
        self._on_progress, self._on, self._resources = on_progress, on, resources
        self._recorder = recorder
        self._wanted: dict[str, TrainConfig] = {}
        self._before = set(self._done())

    def everything(self) -> None:
        """Train what is asked for; of a search, then its best settings with every seed."""
        first = self._settled(self._plan.first())
        if not self._plan.searched:
            self._train(first)
            return
        self._search(first)
        self._train([c for best in self._finalists(first) for c in self._plan.again(best)])

    def swept(self) -> Swept:
        """Return what the store has of it."""
        done = self._done()
        runs = [done[key] for key in self._wanted if key in done]
        tried = [one for one in self._tried() if one.key in self._wanted and one.key not in done]
        new = {*self._wanted} & {*done} - self._before
        return Swept(results.table(runs), tuple(tried), len(new))

    def _search(self, first: Sequence[TrainConfig]) -> None:
        """Train settings with one seed; on Ray, only until others do better."""
        wanted = {self._key(config): config for config in first}
        given_up = {one.key: one for one in self._tried() if one.key in wanted and not one.failed}
        if self._on is None:
            self._train(first, over=given_up)
            return
        self._wanted |= wanted
        done = self._done()
        over = {key: one.history for key, one in given_up.items()} | {
            key: tuple(done[key].history()["val_accuracy"]) for key in wanted if key in done
        }
        own = {self._key(config) for config in self._own()}
        candidates = [
            Candidate(key, config, stays=key in own)
            for key, config in wanted.items()
            if key not in over
        ]
        if candidates:
            from pipeline.sweeps.search import search

            known = [Known(results.kind(wanted[key]), history) for key, history in over.items()]
            report = self._report(len(candidates))
            self._on_progress(LOADING)
            search(
                candidates, known, self._store, self._dataset, report, self._resources,
                self._plan.searched,
            )  # fmt: skip

    def _train(self, configs: Sequence[TrainConfig], over: Collection[str] = ()) -> None:
        """Train what the store lacks, and is not over by its key."""
        wanted = {self._key(config): config for config in configs}
        self._wanted |= wanted
        done = self._done()
        missing = [one for key, one in wanted.items() if key not in done and key not in over]
        if not missing:
            return
        report = self._report(len(missing))
        if self._on is None:
            load_tensorflow(self._on_progress)
            from pipeline.sweeps.one_by_one import train

            train(missing, self._store, self._dataset, self._data_dir, report)
            return
        self._on_progress(LOADING)
        from pipeline.sweeps import on_ray

        on_ray.train(missing, self._store, self._dataset, report, self._resources)

    def _finalists(self, first: Sequence[TrainConfig]) -> list[TrainConfig]:
        """Choose settings by validation accuracy, for each network and preset, its own first."""
        done, chosen = self._done(), list[TrainConfig]()
        for base in self._own():
            alike = [c for c in first if results.kind(c) == results.kind(base)]
            found = results.table([done[key] for key in map(self._key, alike) if key in done])
            best = found.sort_values("val_accuracy", ascending=False, kind="stable")["run"]
            by_run = {done[key].id: c for c in alike if (key := self._key(c)) in done}
            others = [by_run[run] for run in best if by_run[run] != base]
            chosen += [base, *others[:FINALISTS]]
        return chosen

    def _own(self) -> list[TrainConfig]:
        """List the presets' own settings: what is tried first in a search, of each kind."""
        kinds = len(self._plan.networks) * len(self._plan.presets)
        return self._settled(self._plan.first()[:kinds])

    def _report(self, count: int) -> Report:
        return Report(self._on_progress, count, self._recorder.add)

    def _done(self) -> dict[str, Run]:
        return results.finished(self._store, self._dataset.fingerprint)

    def _settled(self, configs: Sequence[TrainConfig]) -> list[TrainConfig]:
        return [settled(config, self._dataset) for config in configs]

    def _key(self, config: TrainConfig) -> str:
        return key_of(config, self._dataset.fingerprint)

    def _tried(self) -> tuple[Tried, ...]:
        return searches.read(self._store, self._dataset.fingerprint)


def _bytes(dataset: Dataset) -> int:
    return sum(images.nbytes for images in (dataset.x_train, dataset.x_valid, dataset.x_test))
