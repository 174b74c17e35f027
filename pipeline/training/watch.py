"""Watching a training: its history, what is kept of it, and its progress."""

import math
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from pipeline.data.datasets import Dataset
from pipeline.progress import OnProgress, Progress
from pipeline.training.batches import Plan
from pipeline.training.camera import moment
from pipeline.training.checkpoint import Checkpoint, score
from pipeline.training.examination import Examiner
from pipeline.training.snapshot import Snapshot

STEPS_BETWEEN_REPORTS = 20


class LossIsNoNumber(Exception):
    """Ends model.fit from inside a callback."""


class Watch(keras.callbacks.Callback):
    """Keeps the history and the best weights, reports progress, and passes requests to stop on."""

    def __init__(
        self,
        plan: Plan,
        dataset: Dataset,
        on_progress: OnProgress,
        on_checkpoint: Callable[[Checkpoint], None] | None,
        state: Checkpoint,
        examiner: Examiner,
        asked_to_stop: Callable[[], bool],
    ) -> None:
        """Set it up.

        Args:
            plan: of the training.
            dataset: what the training is of.
            on_progress: called every few steps and at the end of each epoch.
            on_checkpoint: called with the state to resume from, at the end of each epoch.
            state: what is kept; it is updated in place.
            examiner: which has examined the network before an epoch's end is told here.
            asked_to_stop: asked after every step.
        """
        super().__init__()
        self.state, self.examiner = state, examiner
        self._dataset = dataset
        self._asked_to_stop = asked_to_stop
        self._plan = plan
        self._on_progress, self._on_checkpoint = on_progress, on_checkpoint
        self._epoch = 0
        self._epoch_started = 0.0
        self._pace = _Pace()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note where the training is, and when."""
        self._epoch, self._epoch_started = epoch, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop if asked to; report now and then."""
        if self._asked_to_stop():
            raise KeyboardInterrupt
        if batch % STEPS_BETWEEN_REPORTS == 0:
            self._report(self._epoch * self._plan.steps + batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep what the epoch brought."""
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        for name in ("loss", "val_loss"):
            if not math.isfinite(numbers[name]):
                raise LossIsNoNumber(numbers[name])
        state, seconds = self.state, time.perf_counter() - self._epoch_started
        state.rows.append(
            {
                "epoch": epoch + 1,
                **{
                    name: numbers[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy")
                },
                "learning_rate": float(self.model.optimizer.learning_rate),
                "seconds": seconds,
            }
        )
        state.seconds += seconds
        if self._plan.keeps_last or score(state.rows[-1]) > state.best:
            state.best_epoch, state.best_weights = epoch + 1, self.model.get_weights()
        if self._on_checkpoint is not None:
            state.variables = [np.asarray(variable) for variable in self.model.variables]
            state.optimizer = [np.asarray(v) for v in self.model.optimizer.variables]
            self._on_checkpoint(state)
        self._report((epoch + 1) * self._plan.steps, self._snapshot())

    def _snapshot(self) -> Snapshot | None:
        rows, dataset = self.state.rows, self._dataset
        seen = moment(self.model, len(rows), self.examiner)
        if seen is None:
            return None
        return Snapshot(
            tuple(rows),
            self._plan.epochs,
            dataset.class_names,
            dataset.mnist_framed,
            self.examiner.pictures,
            seen,
        )

    def _report(self, done: int, snapshot: Snapshot | None = None) -> None:
        epochs, rows = self._plan.epochs, self.state.rows
        total = self._plan.steps * epochs
        pace = self._pace.after(done)
        self._on_progress(
            Progress(
                "Training",
                done,
                total,
                f"epoch {self._epoch + 1} of {epochs}",
                rows[-1] if rows else {},
                tuple(row["val_accuracy"] for row in rows),
                images_per_second=self._plan.batch_size / pace if pace else 0.0,
                seconds_left=(total - done) * pace if pace else None,
                picture=snapshot.save if snapshot else None,
            )
        )


class _Pace:
    """Times steps; the first report is left out, because the first step is traced before it."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None

    def after(self, done: int) -> float:
        """Return the seconds per step so far, what is between epochs included; 0 if unknown."""
        now = time.perf_counter()
        if self._first is None:
            self._first = done, now
        steps, began = self._first
        return (now - began) / (done - steps) if done > steps else 0.0
