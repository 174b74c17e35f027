"""The trainings of a sweep as Ray's tasks; the driver keeps their checkpoints and publishes."""

import pickle
from collections.abc import Iterator, Sequence
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
from pipeline.store.runs import Store
from pipeline.sweeps import trainer
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources
from pipeline.sweeps.results import note_failure, title
from pipeline.words import percent

RETRIES = 5  # of a training whose worker dies; then it is said, and the same sweep goes on
SECONDS_BETWEEN_LOOKS = 0.25
AHEAD = 2  # tasks that wait for a worker, for each that has one: so that none is idle


def train(
    configs: Sequence[TrainConfig],
    store: Store,
    dataset: Dataset,
    report: Report,
    resources: Resources,
) -> None:
    """Train networks on the Ray that is connected, and publish each run as soon as it is done.

    One that diverges is noted, and the others go on. Whatever ends this early leaves the
    checkpoints of those that were under way in the store.

    Raises:
        InklingError: the store cannot be written, or a part of the cluster is lost for good.
        KeyboardInterrupt: it was stopped.
    """
    with ExitStack() as stack:
        _Driver(store, dataset, report, resources, stack).train(configs)


class _Driver:
    """Hands out trainings, and takes in what comes of them."""

    def __init__(
        self,
        store: Store,
        dataset: Dataset,
        report: Report,
        resources: Resources,
        stack: ExitStack,
    ) -> None:
        self._store, self._dataset, self._report = store, dataset, report
        self._ray, self._resources, self._stack = cluster.ray(), resources, stack
        self._shared = self._ray.put(in_memory(dataset))
        self._desk = desk(self._ray)
        self._task = self._ray.remote(
            num_cpus=resources.cores, num_gpus=resources.gpus, memory=resources.memory,
            max_retries=RETRIES,
        )(trainer.train)  # fmt: skip
        self._under_way: dict[Any, tuple[TrainConfig, InterruptedTraining, ExitStack]] = {}

    def train(self, configs: Sequence[TrainConfig]) -> None:
        left = iter(configs)
        try:
            self._hand_out(left)
            while self._under_way:
                done, _ = self._ray.wait([*self._under_way], timeout=SECONDS_BETWEEN_LOOKS)
                self._collect()
                for task in done:
                    self._take_in(task)
                self._hand_out(left)
        finally:
            for task in self._under_way:
                self._ray.cancel(task, force=True)

    def _hand_out(self, left: Iterator[TrainConfig]) -> None:
        """Let as many trainings wait for a worker as keep all of them busy."""
        slots = int(self._ray.cluster_resources().get("CPU", 1)) // self._resources.cores
        while len(self._under_way) < AHEAD * max(slots, 1):
            config = next(left, None)
            if config is None:
                return
            place = InterruptedTraining.of(self._store, config, self._dataset.fingerprint)
            held = ExitStack()
            self._stack.push(held)
            held.enter_context(place.held())
            beginning = begin(config, self._dataset, self._store, place.load())
            assignment = trainer.Assignment(
                self._key(config), beginning, self._resources.cores, cluster.versions()
            )
            task = self._task.options(name=title(config)).remote(
                assignment, self._shared, self._desk
            )
            self._under_way[task] = config, place, held

    def _collect(self) -> None:
        """Take what the workers reported: checkpoints into the store, progress to who asks."""
        checkpoints, progress = self._ray.get(self._desk.collect.remote())
        for config, place, _ in self._under_way.values():
            key = self._key(config)
            if key in checkpoints:
                place.save(config, pickle.loads(checkpoints[key]))
            if key in progress:
                self._report.tell(key, title(config), progress[key])

    def _take_in(self, task: Any) -> None:
        """Publish what a training returned."""
        config, place, held = self._under_way[task]
        key = self._key(config)
        returned = self._ray.get(task)
        if isinstance(returned, str):
            note_failure(self._store, config, self._dataset.fingerprint, returned)
            said, run_id = f"{title(config)} failed", ""
        else:
            info, files = returned
            run = self._store.publish(info, files)
            place.forget()
            said, run_id = f"{title(config)}: {percent(info.metrics.accuracy)}", run.id
        del self._under_way[task]
        held.close()
        self._desk.forget.remote(key)
        self._report.over(key, said, run_id)

    def _key(self, config: TrainConfig) -> str:
        return key_of(config, self._dataset.fingerprint)


def desk(ray: Any) -> Any:
    """Start the actor that workers report to, on the driver's machine if that is a worker, too."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = ray.get_runtime_context().get_node_id()
    near = NodeAffinitySchedulingStrategy(here, soft=True)
    made = ray.remote(trainer.Desk).options(num_cpus=0, scheduling_strategy=near)
    return made.remote(cluster.versions())


def in_memory(dataset: Dataset) -> Dataset:
    """Return a dataset whose arrays can be sent: workers have no file to map."""
    arrays: dict[str, Any] = {name: np.asarray(getattr(dataset, name)) for name in ARRAYS}
    return replace(dataset, **arrays)
