"""What a sweep's driver does, whoever hands out the trainings: checkpoints kept, runs published."""

import pickle
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline import cluster
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.data.splitting import ARRAYS
from pipeline.store.beginning import begin
from pipeline.store.interrupted import InterruptedTraining, key_of
from pipeline.store.run_folder import RunFiles
from pipeline.store.run_info import RunInfo
from pipeline.store.runs import Store
from pipeline.sweeps import trainer
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources
from pipeline.sweeps.results import note_failure, title
from pipeline.words import percent


class Driver:
    """The trainings that are under way on the Ray that is connected, by their keys.

    As a context manager it holds their locks, so that nobody else makes them; whatever ends it
    early leaves their newest checkpoints in the store.
    """

    def __init__(
        self, store: Store, dataset: Dataset, report: Report, resources: Resources
    ) -> None:
        """Share the dataset with the workers, and start the desk that they report to."""
        self.ray, self.resources = cluster.ray(), resources
        self.shared, self.desk = self.ray.put(_in_memory(dataset)), _desk(self.ray)
        self._store, self._dataset, self._report = store, dataset, report
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

    def collect(self) -> None:
        """Take what is at the desk: checkpoints into the store, progress to who asks."""
        checkpoints, progress = self.ray.get(self.desk.collect.remote())
        for key, (config, place, _) in self._under_way.items():
            if key in checkpoints:
                place.save(config, pickle.loads(checkpoints[key]))
            if key in progress:
                self._report.tell(key, title(config), progress[key])

    def take_in(self, key: str, returned: tuple[RunInfo, RunFiles] | str) -> None:
        """Publish what a training returned, or note why it failed."""
        config, place, _ = self._under_way[key]
        if isinstance(returned, str):
            note_failure(self._store, config, self._dataset.fingerprint, returned)
            self._end(key, f"{title(config)} failed")
            return
        info, files = returned
        run = self._store.publish(info, files)
        place.forget()
        self._end(key, f"{title(config)}: {percent(info.metrics.accuracy)}", run.id)

    def _end(self, key: str, said: str, run_id: str = "") -> None:
        *_, held = self._under_way.pop(key)
        held.close()
        self.desk.forget.remote(key)
        self._report.over(key, said, run_id)


def _desk(ray: Any) -> Any:
    """Start the actor that workers report to, on the driver's machine if that is a worker, too."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = ray.get_runtime_context().get_node_id()
    near = NodeAffinitySchedulingStrategy(here, soft=True)
    made = ray.remote(trainer.Desk).options(num_cpus=0, scheduling_strategy=near)
    return made.remote()


def _in_memory(dataset: Dataset) -> Dataset:
    """Return a dataset whose arrays can be sent: workers have no file to map."""
    arrays: dict[str, Any] = {name: np.asarray(getattr(dataset, name)) for name in ARRAYS}
    return replace(dataset, **arrays)
