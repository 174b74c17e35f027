"""A configuration and a dataset -> a trained model and its history; touches no files."""

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, NamedTuple

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from pipeline.config import NETWORKS, PRESETS, STANDARD, TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.progress import OnProgress, Progress, silent
from pipeline.training import calibration, hardware, networks
from pipeline.training.augmentation import augment, shift_batch
from pipeline.training.camera import Camera, moment
from pipeline.training.checkpoint import Checkpoint, ExtraExamples, score
from pipeline.training.examination import Examiner, followed
from pipeline.training.film import Film
from pipeline.training.hardware import Hardware, computing_in
from pipeline.training.snapshot import Snapshot

WARM_UP = 0.1  # share of the steps over which the learning rate rises
STEPS_BETWEEN_REPORTS = 20
VALID_BATCH = 500


@dataclass(frozen=True)
class Continuation:
    """A trained network to go on from, in place of random weights.

    Attributes:
        weights: as `keras.Model.get_weights` gives them.
        images: how many an epoch shows, chosen anew each time; fewer than there are make it short.
        blend: the share of the new weights in what is kept, in (0, 1]; the rest is the old ones.
            Between the two lie networks that have learned nearly as much and forgotten less
            (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """

    weights: list[np.ndarray]
    images: int
    blend: float = 1.0

    def blended(self, learned: list[np.ndarray]) -> list[np.ndarray]:
        """Return what is kept of the weights that were learned."""
        return [
            (1 - self.blend) * old + self.blend * new
            for old, new in zip(self.weights, learned, strict=True)
        ]


class TrainingFailed(InklingError):
    """The training cannot continue; the message says what to change."""


@dataclass(frozen=True)
class Trained:
    """The result of a training.

    Attributes:
        model: in float32, with the weights of its best epoch: highest validation accuracy, and
            where epochs tie, lowest validation loss; of a continued network, those of its last.
        history: one row per epoch: epoch, loss, accuracy, val_loss, val_accuracy, learning_rate,
            seconds.
        best_epoch: counted from 1.
        seconds: wall time of all epochs.
        temperature: what the logits were divided by; fitted on the validation part.
        hardware: what it ran on.
        extra: what it learned from besides the training part.
        film: of the training; None if it was not filmed.
        ended_early: why it ran fewer epochs than requested, in a sentence; "" if it ran all.
        may_go_on: whether it was only stopped, so that it can be resumed.
    """

    model: keras.Model
    history: pd.DataFrame
    best_epoch: int
    seconds: float
    temperature: float
    hardware: Hardware
    extra: ExtraExamples
    film: Film | None
    ended_early: str = ""
    may_go_on: bool = False


def fit(
    config: TrainConfig,
    dataset: Dataset,
    on_progress: OnProgress = silent,
    on_checkpoint: Callable[[Checkpoint], None] | None = None,
    checkpoint: Checkpoint | None = None,
    extra: ExtraExamples | None = None,
    drawing: tuple[np.ndarray, int] | None = None,
    continued: Continuation | None = None,
) -> Trained:
    """Train a network on the training part, choosing the best epoch on the validation part.

    Adam (Kingma, Ba 2015) with learning rate warm-up and cosine decay (Loshchilov, Hutter 2017);
    at the end, temperature scaling. Ctrl-C after the first epoch ends it early and keeps the best
    epoch so far.

    Args:
        config: resolved settings.
        dataset: its test part is not used.
        on_progress: called every few steps and at the end of each epoch.
        on_checkpoint: called with the state to resume from, at the end of each epoch.
        checkpoint: where to resume; the result is that of an uninterrupted training.
        extra: images to learn from besides the training part; a checkpoint has its own.
        drawing: an image that is followed beside validation images, and its class; a film that is
            resumed has its own.
        continued: what to go on from. Its last epoch is kept, not the best one: the validation part
            cannot tell how much was learned from the extra images.

    Raises:
        TrainingFailed: the loss became NaN or infinite, or memory ran out, before the first epoch
            was completed; the message says what to change.
    """
    state = checkpoint or Checkpoint(extra=extra or ExtraExamples())
    settings = _Settings.of(config, dataset, state.extra, continued)
    here = hardware.detect(convolutional=NETWORKS[config.network].augmented)
    keras.utils.set_random_seed(config.seed)
    with hardware.strategy(here).scope(), computing_in(here.precision):
        model = _build(config, dataset)
        model.compile(
            optimizer=_adam(config, settings.steps * settings.epochs),
            loss=_cross_entropy(config.label_smoothing or 0.0),
            metrics=["accuracy"],
        )
    if continued is not None:
        _go_on(model, continued)
    if checkpoint is not None:
        _restore(model, checkpoint)
    with _asked_to_stop() as asked:
        looks = state.film.looks if state.film else None
        examiner = Examiner(
            dataset,
            _cross_entropy(config.label_smoothing or 0.0),
            looks.followed if looks is not None else followed(dataset, drawing),
        )
        watch = _Watch(settings, dataset, on_progress, on_checkpoint, state, examiner, asked.is_set)
        end = _run(model, dataset, config, settings, watch)
    if not state.best_epoch:
        raise TrainingFailed(end.why)

    on_progress(Progress("Calibrating", 0, 1, "on the validation images", stoppable=False))
    with computing_in("float32"):
        final = _build(config, dataset)
    kept = state.best_weights
    final.set_weights(continued.blended(kept) if continued else kept)
    temperature = _calibrate(final, dataset)
    return Trained(
        final,
        pd.DataFrame(state.rows),
        state.best_epoch,
        state.seconds,
        temperature,
        here,
        state.extra,
        state.film if config.film else None,
        ended_early=end.why,
        may_go_on=end.may_go_on,
    )


@dataclass(frozen=True)
class _Settings:
    """What is derived from a configuration and a dataset."""

    epochs: int
    batch_size: int
    steps: int  # per epoch
    keeps_last: bool = False  # epoch, even if another one is better on the validation part

    @classmethod
    def of(
        cls,
        config: TrainConfig,
        dataset: Dataset,
        extra: ExtraExamples,
        continued: Continuation | None = None,
    ) -> "_Settings":
        if config.epochs is None or config.batch_size is None or config.learning_rate is None:
            raise ValueError("config must be resolved; some of its settings are None")
        # Full batches only: a fixed shape is faster, and each epoch leaves out other images.
        batch_size = min(config.batch_size, len(dataset.y_train))
        shown = len(dataset.y_train) + extra.shown
        if continued is not None:
            shown = max(batch_size, min(shown, continued.images))
        steps = shown // batch_size
        return cls(config.epochs, batch_size, steps, keeps_last=continued is not None)


class _End(NamedTuple):
    """Why a training ended before its last epoch, if it did."""

    why: str = ""
    may_go_on: bool = False


def _build(config: TrainConfig, dataset: Dataset) -> keras.Model:
    return networks.build(
        config.network,
        dataset.image_shape,
        len(dataset.class_names),
        config.variant or STANDARD,
    )


def _run(
    model: keras.Model,
    dataset: Dataset,
    config: TrainConfig,
    settings: _Settings,
    watch: "_Watch",
) -> _End:
    """Fit the model, and return how that ended."""
    done = len(watch.state.rows)
    camera = Camera(watch.state, settings.epochs, settings.steps, watch.examiner)
    try:
        model.fit(
            _training_batches(dataset, watch.state.extra, config, settings, first_epoch=done),
            initial_epoch=done,
            epochs=settings.epochs,
            steps_per_epoch=settings.steps,
            # The film is part of the checkpoint that the watch hands over.
            callbacks=[watch.examiner, *([camera] if config.film else []), watch],
            shuffle=False,  # the batches are already shuffled
            verbose=0,
        )
    except KeyboardInterrupt:
        if not watch.state.best_epoch:
            raise
        epoch = len(watch.state.rows) + 1
        return _End(f"Training was stopped in epoch {epoch} of {settings.epochs}.", may_go_on=True)
    except _LossIsNoNumber as fault:
        rate = config.learning_rate or 0.0
        return _End(
            f"The loss became {fault} in epoch {len(watch.state.rows) + 1}: training diverged. "
            f"Try a learning rate of {rate / 5:.1g} instead of {rate:g}."
        )
    except (tf.errors.ResourceExhaustedError, MemoryError):
        return _End(
            f"Memory ran out at a batch size of {settings.batch_size}. "
            f"Try a batch size of {max(1, settings.batch_size // 2)}."
        )
    return _End()


def _cross_entropy(smoothing: float) -> Any:
    """Return the cross-entropy loss with label smoothing."""
    if not smoothing:
        return keras.losses.sparse_categorical_crossentropy

    def loss(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
        # Keras smooths one-hot labels only.
        spread = tf.one_hot(tf.cast(tf.reshape(labels, [-1]), tf.int32), probabilities.shape[-1])
        return keras.losses.categorical_crossentropy(
            spread, probabilities, label_smoothing=smoothing
        )

    return loss


def _adam(config: TrainConfig, steps: int) -> keras.optimizers.Adam:
    mean, square = PRESETS[config.preset].decay_rates
    schedule = _schedule(config.learning_rate or 0.0, steps)
    return keras.optimizers.Adam(schedule, beta_1=mean, beta_2=square)


def _schedule(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    warm_up = max(1, round(steps * WARM_UP))
    return keras.optimizers.schedules.CosineDecay(
        peak / 25,
        decay_steps=max(1, steps - warm_up),
        alpha=1e-3,
        warmup_target=peak,
        warmup_steps=warm_up,
    )


def _training_batches(
    dataset: Dataset,
    extra: ExtraExamples,
    config: TrainConfig,
    settings: _Settings,
    first_epoch: int,
) -> tf.data.Dataset:
    """Serve batches of float32 images in [0, 1], epoch after epoch.

    The images stay uint8 in memory; a whole batch is gathered and augmented at once, with no Python
    code per image. What a step sees depends only on the seed and its number, so a training can be
    resumed anywhere. Extra examples are shuffled in with the others and augmented anew each time.
    """
    gather, shown = _gatherer(dataset, extra), len(dataset.y_train) + extra.shown
    seed, strength = config.seed, config.augmentation or 0.0
    shift = PRESETS[config.preset].batch_shift
    within = tf.range(settings.batch_size, dtype=tf.int64)

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        epoch, place = step // settings.steps, step % settings.steps * settings.batch_size
        shuffle = tf.stack([tf.constant(seed, tf.int64), epoch])
        index = tf.random.experimental.index_shuffle(
            place + within, seed=shuffle, max_index=shown - 1
        )
        pixels, labels = gather(index)
        # The same scaling as preprocess.to_model_input, inside the graph.
        images = tf.cast(pixels, tf.float32) / 255.0
        step_seed = tf.stack([tf.constant(seed), tf.cast(step, tf.int32)])
        if strength > 0:
            images = augment(images, step_seed, strength, mnist_framed=dataset.mnist_framed)
        elif shift and NETWORKS[config.network].augmented:
            images = shift_batch(images, step_seed, shift)
        return images, labels

    steps = tf.data.Dataset.range(first_epoch * settings.steps, settings.epochs * settings.steps)
    return steps.map(batch).prefetch(2)


def _gatherer(
    dataset: Dataset, extra: ExtraExamples
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Return a function that gathers images and labels at positions of an epoch, int64 (batch,).

    The training images come first, then the extra ones, repeated. The two are kept apart: joining
    them would copy the whole training part.
    """
    pixels, labels = tf.constant(dataset.x_train), tf.constant(dataset.y_train)

    def of_dataset(place: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.gather(pixels, place), tf.gather(labels, place)

    if not extra.shown:
        return of_dataset
    count, own = len(dataset.y_train), len(extra.labels)
    extra_pixels, extra_labels = tf.constant(extra.images), tf.constant(extra.labels)

    def of_both(place: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, given = of_dataset(tf.minimum(place, count - 1))
        at, beyond = tf.maximum(place - count, 0) % own, place >= count
        return (
            tf.where(beyond[:, None, None, None], tf.gather(extra_pixels, at), images),
            tf.where(beyond, tf.gather(extra_labels, at), given),
        )

    return of_both


def _validation_batches(dataset: Dataset) -> tf.data.Dataset:
    images, labels = dataset.x_valid, dataset.y_valid
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(VALID_BATCH)
    return batches.map(lambda x, y: (tf.cast(x, tf.float32) / 255.0, y)).cache()


def _go_on(model: keras.Model, continued: Continuation) -> None:
    try:
        model.set_weights(continued.weights)
    except ValueError as error:
        raise TrainingFailed(
            "The network is not built as networks of this name are now, such as one of another "
            "version of Inkling, so it cannot be taught. Train it again first."
        ) from error


def _restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    model.optimizer.build(model.trainable_variables)
    try:
        for variable, value in zip(model.variables, checkpoint.variables, strict=True):
            variable.assign(value)
        for variable, value in zip(model.optimizer.variables, checkpoint.optimizer, strict=True):
            variable.assign(value)
    except ValueError as error:
        raise TrainingFailed(
            "The interrupted training was of a different network, such as that of another version "
            "of Inkling, so it cannot be resumed. Discard it and train again."
        ) from error


def _calibrate(model: keras.Model, dataset: Dataset) -> float:
    """Divide a model's logits by the temperature fitted on the validation part."""
    probabilities = model.predict(_validation_batches(dataset).map(lambda x, y: x), verbose=0)
    temperature = calibration.fit_temperature(probabilities, dataset.y_valid)
    last = model.get_layer("probabilities")
    # Folded into the weights: no extra layer, and the same in every export.
    last.set_weights([weights / temperature for weights in last.get_weights()])
    return temperature


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a request to stop between steps; the second interrupts at once.

    An interrupt can be lost where it cannot be caught, such as while an object is being deleted.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # gets no signals
        yield asked
        return
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


class _LossIsNoNumber(Exception):
    """Ends model.fit from inside a callback."""


class _Watch(keras.callbacks.Callback):
    """Keeps the history and the best weights, and reports progress."""

    def __init__(
        self,
        settings: _Settings,
        dataset: Dataset,
        on_progress: OnProgress,
        on_checkpoint: Callable[[Checkpoint], None] | None,
        state: Checkpoint,
        examiner: Examiner,
        asked_to_stop: Callable[[], bool],
    ) -> None:
        super().__init__()
        self.state, self.examiner = state, examiner
        self._dataset = dataset
        self._asked_to_stop = asked_to_stop
        self._settings = settings
        self._on_progress, self._on_checkpoint = on_progress, on_checkpoint
        self._epoch = 0
        self._epoch_started = 0.0
        self._pace = _Pace()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch, self._epoch_started = epoch, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._asked_to_stop():
            raise KeyboardInterrupt
        if batch % STEPS_BETWEEN_REPORTS == 0:
            self._report(self._epoch * self._settings.steps + batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        for name in ("loss", "val_loss"):
            if not math.isfinite(numbers[name]):
                raise _LossIsNoNumber(numbers[name])
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
        if self._settings.keeps_last or score(state.rows[-1]) > state.best:
            state.best_epoch, state.best_weights = epoch + 1, self.model.get_weights()
        if self._on_checkpoint is not None:
            state.variables = [np.asarray(variable) for variable in self.model.variables]
            state.optimizer = [np.asarray(v) for v in self.model.optimizer.variables]
            self._on_checkpoint(state)
        self._report((epoch + 1) * self._settings.steps, self._snapshot())

    def _snapshot(self) -> Snapshot | None:
        rows, dataset = self.state.rows, self._dataset
        seen = moment(self.model, len(rows), self.examiner)
        if seen is None:
            return None
        return Snapshot(
            tuple(rows),
            self._settings.epochs,
            dataset.class_names,
            dataset.mnist_framed,
            self.examiner.pictures,
            seen,
        )

    def _report(self, done: int, snapshot: Snapshot | None = None) -> None:
        epochs, rows = self._settings.epochs, self.state.rows
        total = self._settings.steps * epochs
        pace = self._pace.after(done)
        self._on_progress(
            Progress(
                "Training",
                done,
                total,
                f"epoch {self._epoch + 1} of {epochs}",
                rows[-1] if rows else {},
                tuple(row["val_accuracy"] for row in rows),
                images_per_second=self._settings.batch_size / pace if pace else 0.0,
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
