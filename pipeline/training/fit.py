"""A configuration and a dataset -> a trained model and its history; touches no files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from pipeline.config import NETWORKS, STANDARD, TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.progress import OnProgress, Progress, silent
from pipeline.training import calibration, hardware, networks
from pipeline.training.batches import Lesson, Plan
from pipeline.training.camera import Camera
from pipeline.training.checkpoint import Checkpoint, ExtraExamples
from pipeline.training.examination import Examiner, followed
from pipeline.training.film import Film
from pipeline.training.handwriting import written
from pipeline.training.hardware import Hardware, computing_in
from pipeline.training.interrupting import asked_to_stop
from pipeline.training.loop import InThisProcess, Loop
from pipeline.training.optimization import adam, cross_entropy
from pipeline.training.resuming import Continuation, TrainingFailed, restore
from pipeline.training.streaming import in_batches
from pipeline.training.watch import LossIsNoNumber, Watch

VALID_BATCH = 500


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
    loop: Loop | None = None,
) -> Trained:
    """Train a network on the training part, choosing the best epoch on the validation part.

    Adam (Kingma, Ba 2015) with learning rate warm-up and cosine decay (Loshchilov, Hutter 2017);
    at the end, temperature scaling. Ctrl-C after the first epoch ends it early and keeps the best
    epoch so far.

    Args:
        config: resolved plan.
        dataset: its test part is not used.
        on_progress: called every few steps and at the end of each epoch.
        on_checkpoint: called with the state to resume from, at the end of each epoch.
        checkpoint: where to resume; the result is that of an uninterrupted training.
        extra: images to learn from besides the training part; a checkpoint has its own.
        drawing: an image that is followed beside validation images, and its class; a film that is
            resumed has its own.
        continued: what to go on from. Its last epoch is kept, not the best one: the validation part
            cannot tell how much was learned from the extra images.
        loop: who takes the steps; None for this process.

    Raises:
        TrainingFailed: the loss became NaN or infinite, or memory ran out, before the first epoch
            was completed, or the checkpoint is of another network; the message says what to do.
    """
    loop = loop or InThisProcess()
    state = checkpoint or Checkpoint(extra=extra or ExtraExamples())
    # Drawn anew where a training is resumed: like its augmentation, they follow from the seed.
    extras = state.extra, written(dataset, config.allographs or 0.0, config.seed)
    plan = Plan.of(config, dataset, extras, continued)
    here = loop.hardware(convolutional=NETWORKS[config.network].augmented)
    keras.utils.set_random_seed(config.seed)
    with hardware.strategy(here).scope(), computing_in(here.precision):
        model = _build(config, dataset, continued)
        model.compile(
            optimizer=adam(config, plan.steps * plan.epochs),
            loss=cross_entropy(config.label_smoothing or 0.0),
            metrics=["accuracy"],
        )
    if checkpoint is not None:
        restore(model, checkpoint, config)
    state.network = networks.fingerprint(model)
    with asked_to_stop() as asked:
        looks = state.film.looks if state.film else None
        examiner = Examiner(
            dataset,
            cross_entropy(config.label_smoothing or 0.0),
            looks.followed if looks is not None else followed(dataset, drawing),
        )
        watch = Watch(plan, dataset, on_progress, on_checkpoint, state, examiner, asked.is_set)
        end = _run(loop, model, Lesson(dataset, extras, config, plan), watch)
    if not state.best_epoch:
        raise TrainingFailed(end.why)

    on_progress(Progress("Calibrating", 0, 1, "on the validation images", stoppable=False))
    with computing_in("float32"):
        final = _build(config, dataset, continued)
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


class _End(NamedTuple):
    """Why a training ended before its last epoch, if it did."""

    why: str = ""
    may_go_on: bool = False


def _build(config: TrainConfig, dataset: Dataset, continued: Continuation | None) -> keras.Model:
    if continued is not None:
        model = networks.like(continued.network)
        model.set_weights(continued.network.get_weights())
        return model
    return networks.build(
        config.network,
        dataset.image_shape,
        len(dataset.class_names),
        config.variant or STANDARD,
    )


def _run(loop: Loop, model: keras.Model, lesson: Lesson, watch: Watch) -> _End:
    """Fit the model, and return how that ended."""
    done, config, plan = len(watch.state.rows), lesson.config, lesson.plan
    camera = Camera(watch.state, plan.epochs, plan.steps, watch.examiner)
    try:
        # The film is part of the checkpoint that the watch hands over.
        callbacks = [watch.examiner, *([camera] if config.film else []), watch]
        loop.run(model, lesson, done, callbacks)
    except KeyboardInterrupt:
        if not watch.state.best_epoch:
            raise
        epoch = len(watch.state.rows) + 1
        return _End(f"Training was stopped in epoch {epoch} of {plan.epochs}.", may_go_on=True)
    except LossIsNoNumber as fault:
        rate = config.learning_rate or 0.0
        return _End(
            f"The loss became {fault} in epoch {len(watch.state.rows) + 1}: training diverged. "
            f"Try a learning rate of {rate / 5:.1g} instead of {rate:g}."
        )
    except (tf.errors.ResourceExhaustedError, MemoryError):
        return _End(
            f"Memory ran out at a batch size of {plan.batch_size}. "
            f"Try a batch size of {max(1, plan.batch_size // 2)}."
        )
    return _End()


def _calibrate(model: keras.Model, dataset: Dataset) -> float:
    """Divide a model's logits by the temperature fitted on the validation part."""
    probabilities = model.predict(in_batches(dataset.x_valid, VALID_BATCH), verbose=0)
    temperature = calibration.fit_temperature(probabilities, dataset.y_valid)
    last = model.get_layer("probabilities")
    # Folded into the weights: no extra layer, and the same in every export.
    last.set_weights([weights / temperature for weights in last.get_weights()])
    return temperature
