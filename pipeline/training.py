"""A configuration and a dataset -> a trained model and its history; knows no files."""

import math
import time
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from pipeline import networks
from pipeline.config import TrainConfig
from pipeline.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.progress import OnProgress, Progress, silent

WARM_UP = 0.1  # share of the steps in which the learning rate rises
STEPS_BETWEEN_REPORTS = 20


class TrainingDiverged(InklingError):
    """The loss is no longer a number."""


@dataclass(frozen=True)
class Trained:
    """What a training gives.

    Attributes:
        model: holds the weights of its best epoch: most validation images right, and where two
            epochs tie, the lower validation loss.
        history: a row an epoch: epoch, loss, accuracy, val_loss, val_accuracy, learning_rate,
            seconds.
        best_epoch: counted from 1.
        seconds: wall time of all epochs.
    """

    model: keras.Model
    history: pd.DataFrame
    best_epoch: int
    seconds: float


def fit(config: TrainConfig, dataset: Dataset, on_progress: OnProgress = silent) -> Trained:
    """Train a network on the training part, choosing the epoch by the validation part.

    Adam (Kingma, Ba 2015) with a learning rate that warms up and then falls along a cosine
    (Loshchilov, Hutter 2017).

    Args:
        config: its epochs and learning_rate must be resolved.
        dataset: its test part is not touched.
        on_progress: told every few steps and at the end of each epoch.

    Raises:
        TrainingDiverged: the loss became NaN or infinite, and what to change.
    """
    if config.epochs is None or config.learning_rate is None:
        raise ValueError("config must be resolved: epochs and learning_rate are None")
    keras.utils.set_random_seed(config.seed)
    model = networks.build(config.network, dataset.image_shape, len(dataset.class_names))
    steps = math.ceil(len(dataset.y_train) / config.batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(_schedule(config.learning_rate, steps * config.epochs)),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    watch = _Watch(config, steps, on_progress)
    started = time.perf_counter()
    model.fit(
        _batches(dataset.x_train, dataset.y_train, config.batch_size, shuffle_seed=config.seed),
        validation_data=_batches(dataset.x_valid, dataset.y_valid, 1000),
        epochs=config.epochs,
        callbacks=[watch],
        shuffle=False,  # _batches does it
        verbose=0,
    )
    model.set_weights(watch.best_weights)
    seconds = time.perf_counter() - started
    return Trained(model, pd.DataFrame(watch.rows), watch.best_epoch, seconds)


def _schedule(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    warm_up = max(1, round(steps * WARM_UP))
    return keras.optimizers.schedules.CosineDecay(
        peak / 25,
        decay_steps=max(1, steps - warm_up),
        alpha=1e-3,
        warmup_target=peak,
        warmup_steps=warm_up,
    )


def _batches(
    images: np.ndarray, labels: np.ndarray, batch_size: int, shuffle_seed: int | None = None
) -> tf.data.Dataset:
    """Serve batches of float32 images in [0, 1]; the images stay uint8 in memory.

    Only indices are shuffled, and a whole batch is gathered at once: no Python runs per image.
    """
    pixels, targets = tf.constant(images), tf.constant(labels)
    indices = tf.data.Dataset.range(len(labels))
    if shuffle_seed is not None:
        indices = indices.shuffle(len(labels), seed=shuffle_seed, reshuffle_each_iteration=True)

    def gather(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # The same scaling as preprocess.to_model_input, inside the graph.
        return tf.cast(tf.gather(pixels, index), tf.float32) / 255.0, tf.gather(targets, index)

    return indices.batch(batch_size).map(gather).prefetch(2)


class _Watch(keras.callbacks.Callback):
    """Keeps the history and the best weights, and tells of the progress."""

    def __init__(self, config: TrainConfig, steps: int, on_progress: OnProgress) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] = []
        self._config, self._steps, self._on_progress = config, steps, on_progress
        self._best = (-math.inf, -math.inf)
        self._epoch = 0
        self._epoch_started = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch, self._epoch_started = epoch, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if batch % STEPS_BETWEEN_REPORTS == 0:
            self._report(self._epoch * self._steps + batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        if not all(math.isfinite(numbers[name]) for name in ("loss", "val_loss")):
            rate = self._config.learning_rate or 0
            raise TrainingDiverged(
                f"The loss became {numbers['loss']} in epoch {epoch + 1}: the steps were too "
                f"large. Try a learning rate of {rate / 5:.1g} instead of {rate:g}."
            )
        self.rows.append(
            {
                "epoch": epoch + 1,
                **{
                    name: numbers[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy")
                },
                "learning_rate": float(self.model.optimizer.learning_rate),
                "seconds": time.perf_counter() - self._epoch_started,
            }
        )
        score = (numbers["val_accuracy"], -numbers["val_loss"])
        if score > self._best:
            self._best, self.best_epoch = score, epoch + 1
            self.best_weights = self.model.get_weights()
        self._report((epoch + 1) * self._steps)

    def _report(self, done: int) -> None:
        newest = self.rows[-1] if self.rows else {}
        self._on_progress(
            Progress(
                "Training",
                done,
                self._steps * (self._config.epochs or 0),
                f"epoch {self._epoch + 1} of {self._config.epochs}",
                newest,
            )
        )
