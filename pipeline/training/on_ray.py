"""Data-parallel training on Ray: starting workers, and hearing from them; see `distributed`.

Ray Train starts the workers, tells them of each other, and starts all of them anew when one is
lost. They begin at a desk where the training was started: it has the newest epoch, whoever
completed it. So a lost worker costs the epoch that it was in, and workers need no shared drive. All
that is kept, is kept here, as ever.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from pipeline import cluster
from pipeline.config import NETWORKS
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError, reason
from pipeline.progress import OnProgress, Progress, silent
from pipeline.training import hardware
from pipeline.training.batches import Lesson, Share
from pipeline.training.distributed import Start, Told, check_divisible, follow, learn
from pipeline.training.hardware import Hardware

ATTEMPTS = 5  # at one epoch, before the fault is taken for one that stays
PATIENCE = 0.2  # seconds between two looks at the desk
LAST = 60  # seconds that the workers have to end after the last epoch
GO_ON = "Completed epochs are kept: “inkling train --resume” goes on."


class News(NamedTuple):
    """What there is at the desk.

    Attributes:
        told: by the workers, since the last look.
        attempts: how often the workers began at the epoch they are in.
        fault: what a worker failed with last, if it said so.
    """

    told: list[Told]
    attempts: int
    fault: Exception | None


class Desk:
    """Where workers learn where to begin, and tell how far they are; a Ray actor."""

    def __init__(self, start: Start) -> None:
        """Let them begin there."""
        self._start, self._told = start, list[Told]()
        self._attempts = 0
        self._fault: Exception | None = None

    def begin(self, rank: int) -> Start:
        """Say where to begin: after the newest epoch that was completed."""
        self._attempts += rank == 0
        return self._start

    def tell(self, one: Told) -> None:
        """Take what a worker tells; of an epoch that was completed before, it is late."""
        if one.epoch < self._start.epoch:
            return
        self._told.append(one)
        if one.logs:
            values = one.variables, one.optimizer
            self._start = Start(one.epoch + 1, *values, self._start.precision)
            self._attempts = 1

    def fail(self, fault: Exception) -> None:
        """Keep why a worker fails: Ray starts it again, whatever it is."""
        self._fault = fault

    def news(self) -> News:
        """Return what is new."""
        told, self._told = self._told, []
        return News(told, self._attempts, self._fault)


class OnRay:
    """Takes the steps of a training on Ray's workers; within `cluster.connected`."""

    def __init__(self, workers: int, on_progress: OnProgress = silent) -> None:
        """Take so many of them, each with a core, or with a GPU where there are enough."""
        self._workers, self._on_progress = workers, on_progress
        self._ray = cluster.ray()

    def hardware(self, *, convolutional: bool) -> Hardware:
        """Say what each has; without GPUs, they are taken to be as quick in bfloat16 as this one.

        All must compute in the same precision: what they compute is added up.
        """
        here = hardware.detect(convolutional=convolutional)
        kind, precision = "CPU", here.precision
        if self._on_gpus():
            kind, precision = "GPU", "mixed_float16" if convolutional else "float32"
        elif here.devices != ("CPU",):
            precision = "float32"
        return Hardware(devices=(kind,) * self._workers, precision=precision, workers=self._workers)

    def run(
        self,
        model: keras.Model,
        lesson: Lesson,
        first_epoch: int,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None:
        """Train the model there, and let it follow here; see `Loop.run`.

        Raises:
            InklingError: the workers have another version, or are lost again and again.
        """
        check_divisible(lesson.plan.batch_size, self._workers)
        self._say_where()
        here = self.hardware(convolutional=NETWORKS[lesson.config.network].augmented)
        desk = self._desk(Start.of(model, first_epoch, here.precision))
        fitting = self._fitting(lesson, desk)
        told = self._told(desk, fitting, first_epoch, lesson.plan.epochs)
        lost = self._ray.exceptions.RayError
        try:
            follow(model, told, first_epoch, callbacks)
            self._ray.wait([fitting], timeout=LAST)
        except lost as error:
            raise InklingError(
                f"A part of the Ray cluster was lost: {reason(error)}. {GO_ON}"
            ) from error
        finally:
            # And with it all workers that are still there, if anybody is left to end them.
            with suppress(lost, ConnectionError):
                self._ray.cancel(fitting, force=True)

    def _on_gpus(self) -> bool:
        return self._ray.cluster_resources().get("GPU", 0) >= self._workers

    def _say_where(self) -> None:
        cores = int(self._ray.cluster_resources().get("CPU", 0))
        self._on_progress(
            Progress("Training", note=f"starting {self._workers} workers on {cores} cores")
        )

    def _desk(self, start: Start) -> Any:
        """Put the desk on this machine: it ends with the command, and what is there stays here."""
        here = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            self._ray.get_runtime_context().get_node_id(), soft=False
        )
        actor = self._ray.remote(num_cpus=0, scheduling_strategy=here)(Desk)
        return actor.remote(start)

    def _fitting(self, lesson: Lesson, desk: Any) -> Any:
        """Let the workers learn; what is returned is ready when they have ended."""
        settings = {
            "lesson": self._ray.put(lesson._replace(dataset=_training_part(lesson.dataset))),
            "desk": desk,
            "versions": cluster.versions(),
        }
        task = self._ray.remote(num_cpus=0, max_retries=0)(fit_on_workers)
        return task.remote(settings, self._workers, use_gpu=self._on_gpus())

    def _told(self, desk: Any, fitting: Any, epoch: int, epochs: int) -> Iterator[Told]:
        """Wait for what is told; while there is nothing, tell that nothing changed."""
        while epoch < epochs:
            ended, _ = self._ray.wait([fitting], timeout=PATIENCE)
            news = self._ray.get(desk.news.remote())
            for one in news.told:
                yield one
                epoch = one.epoch + bool(one.logs)
            if not news.told:
                give_up(news, self._ending(fitting) if ended else "")
                yield Told(epoch, 0)  # so that a request to stop is heard

    def _ending(self, fitting: Any) -> str:
        """Say how the workers ended."""
        try:
            self._ray.get(fitting)
        except self._ray.exceptions.RayError as error:
            return reason(error)
        return "they ended early"


def fit_on_workers(settings: dict[str, Any], workers: int, *, use_gpu: bool) -> None:
    """Start workers, and start them anew when one is lost, until they have learned; a Ray task."""
    from ray import train
    from ray.train.tensorflow import TensorflowTrainer

    TensorflowTrainer(
        work,
        train_loop_config=settings,
        scaling_config=train.ScalingConfig(num_workers=workers, use_gpu=use_gpu),
        run_config=train.RunConfig(
            storage_path=tempfile.gettempdir(),  # nothing is kept there
            failure_config=train.FailureConfig(max_failures=-1),  # `give_up` does
        ),
    ).fit()


def work(settings: dict[str, Any]) -> None:
    """Learn, as one of Ray Train's workers; all of them run this at the same time."""
    from ray import get, train

    desk, context = settings["desk"], train.get_context()
    rank = context.get_world_rank()
    try:
        cluster.check_same(settings["versions"])
        lesson, start = get(settings["lesson"]), get(desk.begin.remote(rank))
        for told in learn(lesson, start, Share(rank, context.get_world_size())):
            if rank == 0:
                get(desk.tell.remote(told))
    except InklingError as error:
        get(desk.fail.remote(error))
        raise
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        get(desk.fail.remote(MemoryError(reason(error))))
        raise


def give_up(news: News, ended: str) -> None:
    """End the training where another attempt would fail, too.

    Args:
        news: from the desk.
        ended: how the workers ended; "" while they learn.

    Raises:
        InklingError, MemoryError: a worker said so; workers are lost again and again, or ended.
    """
    if news.fault is not None:
        raise news.fault
    if news.attempts > ATTEMPTS:
        raise InklingError(
            f"Workers were lost {ATTEMPTS} times in the same epoch. Perhaps their machines have "
            f"too little memory: use fewer workers for each, or a smaller batch size. {GO_ON}"
        )
    if ended:
        raise InklingError(f"The workers could not go on: {ended}. {GO_ON}")


def _training_part(dataset: Dataset) -> Dataset:
    """Return what workers need of a dataset, as arrays that they can share."""
    return replace(
        dataset,
        x_train=np.asarray(dataset.x_train),
        y_train=np.asarray(dataset.y_train),
        x_valid=np.asarray(dataset.x_valid[:0]),
        y_valid=np.asarray(dataset.y_valid[:0]),
        x_test=np.asarray(dataset.x_test[:0]),
        y_test=np.asarray(dataset.y_test[:0]),
    )
