"""What a sweep's driver does, whoever hands out the trainings: checkpoints kept, runs published."""

import pickle
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline import cluster
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.data.splitting import ARRAYS
from pipeline.errors import InklingError
from pipeline.store import searches
from pipeline.store.beginning import begin
from pipeline.store.interrupted import InterruptedTraining, key_of
from pipeline.store.run_folder import RunFiles
from pipeline.store.run_info import RunInfo
from pipeline.store.runs import Store
from pipeline.store.searches import Tried
from pipeline.sweeps import trainer
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources
from pipeline.sweeps.results import note_failure, title
from pipeline.words import percent

RETRIES = 5  # of a training whose worker dies; then it is said, and the same sweep goes on
SECONDS_BETWEEN_LOOKS = 0.25


class Driver:
    """The trainings that are under way on the Ray that is connected, by their keys.

    As a context manager it holds their locks, so that nobody else makes them; whatever ends it
    early leaves their newest checkpoints in the store.
    """

    def __init__(
        self,
        store: Store,
        dataset: Dataset,
        report: Report,
        resources: Resources,
        searched: Sequence[str] = (),
    ) -> None:
        """Share the dataset with the workers, and start the desk that they report to.

        Args:
            store: where the runs are published.
            dataset: what all of them learn.
            report: told of all of them.
            resources: what each gets.
            searched: settings that tell them apart, besides network, preset and seed.

        Raises:
            InklingError: no machine of the cluster has what a training needs.
        """
        self.ray, self.resources = cluster.ray(), resources
        resources.check_fit(cluster.machines())
        self.near = _near(self.ray)
        self.shared = self.ray.put(_in_memory(dataset))
        self.desk = self.ray.remote(trainer.Desk).options(**self.near).remote()
        self._store, self._dataset, self._report = store, dataset, report
        self._searched = searched
        self.over = set[str]()  # keys of what came to its end
        self._under_way: dict[str, tuple[TrainConfig, InterruptedTraining, ExitStack]] = {}

    def __enter__(self) -> "Driver":
        return self

    def __exit__(self, *error: object) -> None:
        for *_, held in self._under_way.values():
            held.close()

    def assign(self, config: TrainConfig) -> trainer.Assignment:
        """Take a training's lock, and return what a worker needs for it: from its checkpoint on.

        Raises:
            InklingError: somebody else is making it.
        """
        place = InterruptedTraining.of(self._store, config, self._dataset.fingerprint)
        held = ExitStack()
        held.enter_context(place.held())
        key = key_of(config, self._dataset.fingerprint)
        self._under_way[key] = config, place, held
        beginning = begin(config, self._dataset, self._store, place.load())
        return trainer.Assignment(key, beginning, self.resources.cores, cluster.versions())

    def hand_out(self, config: TrainConfig) -> None:
        """Take a training's lock, and have what a worker needs for it at the desk; see `assign`."""
        assigned = self.assign(config)
        self.ray.get(self.desk.assign.remote(assigned.key, assigned))

    def collect(self) -> list[str]:
        """Take what is at the desk: checkpoints into the store, progress to who asks.

        Returns:
            The keys of trainings that workers have asked for.

        Raises:
            InklingError: the store cannot be written, or a worker said why it cannot go on.
        """
        news = self.ray.get(self.desk.collect.remote())
        for key, (config, place, _) in self._under_way.items():
            if key in news.checkpoints:
                place.save(config, pickle.loads(news.checkpoints[key]))
            if key in news.progress:
                self._report.tell(key, self.title(config), news.progress[key])
        for key, outcome in news.outcomes.items():
            returned = pickle.loads(outcome)
            if isinstance(returned, Exception):
                raise returned
            self.take_in(key, returned)
        for key in news.given_up:
            self.give_up(key)
        for key in news.lost:
            raise InklingError(lost(self.title(self._under_way[key][0])))
        return [key for key in news.asked if key not in self._under_way]

    def take_in(self, key: str, returned: tuple[RunInfo, RunFiles] | str) -> None:
        """Publish what a training returned, or note why it failed."""
        config, place, _ = self._under_way[key]
        if isinstance(returned, str):
            note_failure(self._store, config, self._dataset.fingerprint, returned)
            self._end(key, f"{self.title(config)} failed")
            return
        info, files = returned
        run = self._store.publish(info, files)
        place.forget()
        self._end(key, f"{self.title(config)}: {percent(info.metrics.accuracy)}", run.id)

    def give_up(self, key: str) -> None:
        """Note how far a training came that others do better than."""
        config, place, _ = self._under_way[key]
        history = tuple(row["val_accuracy"] for row in place.rows())
        tried = Tried(key=key, dataset=self._dataset.fingerprint, config=config, history=history)
        searches.add(self._store, tried)
        place.forget()
        best = f"{percent(tried.val_accuracy)} of the validation images"
        self._end(key, f"{self.title(config)} given up after epoch {len(history)}, {best}")

    def title(self, config: TrainConfig) -> str:
        """Name a training as people are told of it."""
        return title(config, self._searched)

    def _end(self, key: str, said: str, run_id: str = "") -> None:
        *_, held = self._under_way.pop(key)
        held.close()
        self.over.add(key)
        self.desk.forget.remote(key)
        self._report.over(key, said, run_id)


def _near(ray: Any) -> dict[str, Any]:
    """Say how an actor is placed on the driver's machine, if that is a worker, too."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = ray.get_runtime_context().get_node_id()
    strategy = NodeAffinitySchedulingStrategy(here, soft=True)
    return {"num_cpus": 0, "scheduling_strategy": strategy}


def lost(training: str) -> str:
    """Say that workers died of a training, or while they had it, again and again."""
    return (
        f"A part of the Ray cluster was lost: {RETRIES + 1} workers died while they trained "
        f"{training}. Perhaps their machines have too little memory: then ask for more with "
        "--memory, so that fewer are trained at once. Finished work is kept, and the same command "
        "goes on."
    )


def _in_memory(dataset: Dataset) -> Dataset:
    """Return a dataset whose arrays can be sent: workers have no file to map."""
    arrays: dict[str, Any] = {name: np.asarray(getattr(dataset, name)) for name in ARRAYS}
    return replace(dataset, **arrays)
