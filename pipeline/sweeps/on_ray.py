"""The trainings of a sweep as Ray's tasks."""

from collections.abc import Sequence
from typing import Any

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.store.runs import Store
from pipeline.sweeps import trainer
from pipeline.sweeps.driver import RETRIES, SECONDS_BETWEEN_LOOKS, Driver
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources
from pipeline.sweeps.results import title

AHEAD = 2  # tasks for each worker: one is made while the next one waits, so that none is idle


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
    left = iter(configs)
    with Driver(store, dataset, report, resources) as driver:
        ray = driver.ray
        tasks: dict[Any, str] = {}  # keys of trainings, by what Ray calls their results
        task = ray.remote(
            num_cpus=resources.cores, num_gpus=resources.gpus, memory=resources.memory,
            max_retries=RETRIES,
        )(trainer.train)  # fmt: skip

        def hand_out() -> None:
            slots = int(ray.cluster_resources().get("CPU", 1)) // resources.cores
            while len(tasks) < AHEAD * max(slots, 1):
                config = next(left, None)
                if config is None:
                    return
                assigned = driver.assign(config)
                started = task.options(name=title(config))
                tasks[started.remote(assigned, driver.shared, driver.desk)] = assigned.key

        try:
            hand_out()
            while tasks:
                done, _ = ray.wait([*tasks], timeout=SECONDS_BETWEEN_LOOKS)
                driver.collect()
                for one in done:
                    driver.take_in(tasks.pop(one), ray.get(one))
                if done:  # each asks the head node
                    hand_out()
        finally:
            for one in tasks:
                ray.cancel(one, force=True)
