"""A dataset -> the batches that a training sees, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from pipeline.config import NETWORKS, PRESETS, TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.training import streaming
from pipeline.training.augmentation import Part, augment, shift_batch
from pipeline.training.checkpoint import ExtraExamples
from pipeline.training.disturbance import disturb
from pipeline.training.resuming import Continuation
from pipeline.training.streaming import Order

BatchMaker = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]  # of a step; see `batch_maker`


@dataclass(frozen=True)
class Plan:
    """How long a training is; derived from its settings and the size of its dataset.

    Attributes:
        epochs: passes over the training images.
        batch_size: images per step; no more than there are.
        steps: per epoch.
        keeps_last: whether the last epoch is kept, even if another one is better on the validation
            part.
    """

    epochs: int
    batch_size: int
    steps: int
    keeps_last: bool = False

    @classmethod
    def of(
        cls,
        config: TrainConfig,
        dataset: Dataset,
        extra: Sequence[ExtraExamples],
        continued: Continuation | None = None,
    ) -> "Plan":
        """Work it out.

        Args:
            config: resolved settings.
            dataset: whose training part is learned.
            extra: images to learn besides.
            continued: what the training goes on from, if it does.

        Raises:
            ValueError: the settings are not resolved.
        """
        if config.epochs is None or config.batch_size is None or config.learning_rate is None:
            raise ValueError("config must be resolved; some of its settings are None")
        # Full batches only: a fixed shape is faster, and each epoch leaves out other images.
        batch_size = min(config.batch_size, len(dataset.y_train))
        shown = _shown(dataset, extra)
        if continued is not None:
            shown = max(batch_size, min(shown, continued.images))
        wanted = PRESETS[config.preset].epoch_share * shown / batch_size
        steps = shown // batch_size if continued else min(shown // batch_size, round(wanted))
        return cls(config.epochs, batch_size, steps, keeps_last=continued is not None)


class Lesson(NamedTuple):
    """What a training learns from, and how.

    Attributes:
        dataset: its training part is learned.
        extra: images to learn besides.
        config: resolved settings.
        plan: for these settings and this dataset.
    """

    dataset: Dataset
    extra: Sequence[ExtraExamples]
    config: TrainConfig
    plan: Plan


@dataclass(frozen=True)
class Share:
    """One worker's share of every batch, if several divide them.

    Attributes:
        rank: which worker, counted from 0.
        workers: how many there are.
    """

    rank: int = 0
    workers: int = 1

    def of(self, batch_size: int) -> Part:
        """Return which images of a batch are this worker's; shares differ by one at most."""
        first, end = (batch_size * rank // self.workers for rank in (self.rank, self.rank + 1))
        return Part(slice(first, end), batch_size)


def training_batches(
    dataset: Dataset,
    extra: Sequence[ExtraExamples],
    config: TrainConfig,
    plan: Plan,
    first_epoch: int,
    share: Share | None = None,
) -> tf.data.Dataset:
    """Serve batches of float32 images in [0, 1], epoch after epoch.

    The images stay uint8, in memory or, if they are many, in their file (`streaming`).

    Args:
        dataset: its training part is served.
        extra: images to serve besides.
        config: resolved settings.
        plan: for these settings and this dataset.
        first_epoch: counted from 0, where to begin.
        share: of each batch; None for all of it.

    Returns:
        Batches as `batch_maker` makes them, ahead of the step that needs them.
    """
    steps = tf.data.Dataset.range(first_epoch * plan.steps, plan.epochs * plan.steps)
    return steps.map(batch_maker(Lesson(dataset, extra, config, plan), share)).prefetch(2)


def batch_maker(
    lesson: Lesson, share: Share | None = None, device: str | None = None
) -> BatchMaker:
    """Return a function that makes the batch of a step, inside a graph.

    A whole batch is gathered and augmented at once, with no Python code per image. What a step sees
    depends only on the seed and its number, so a training can be resumed anywhere, and several
    workers can divide its batches. Extra examples are shuffled in with the others and augmented
    anew each time.

    Args:
        lesson: what is learned.
        share: of each batch; None for all of it.
        device: which keeps the images and makes the batches; None for main memory and processor.

    Returns:
        A function of the step, int64, counted from 0 over all epochs. It returns images float32
        (batch, height, width, channels) in [0, 1] and labels int64 (batch,).

    Raises:
        ResourceExhaustedError, InternalError: of TensorFlow; the images exceed the device's memory.
    """
    dataset, extra, config, plan = lesson
    gather = _gatherer(dataset, extra, device)
    order = Order.of(dataset.x_train, _shown(dataset, extra))
    seed, strength = config.seed, config.augmentation or 0.0
    shift = PRESETS[config.preset].batch_shift
    part = (share or Share()).of(plan.batch_size)

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.device("CPU:0" if device else None):  # only processors shuffle
            epoch, place = step // plan.steps, step % plan.steps * plan.batch_size
            index = order.at(place + tf.range(plan.batch_size, dtype=tf.int64), seed, epoch)
        with tf.device(device):
            return made(step, index)

    def made(step: tf.Tensor, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        if not config.disturbance:  # which takes fragments from anywhere in the batch
            index = index[part.rows]
        pixels, labels = gather(index)
        # The same scaling as preprocess.to_model_input, inside the graph.
        images = tf.cast(pixels, tf.float32) / 255.0
        step_seed = tf.stack([tf.constant(seed), tf.cast(step, tf.int32)])
        if strength > 0:
            shown_part = None if config.disturbance else part
            images = augment(
                images, step_seed, strength, mnist_framed=dataset.mnist_framed, part=shown_part
            )
        elif shift and NETWORKS[config.network].augmented:
            images = shift_batch(images, step_seed, shift)
        if config.disturbance:
            images = tf.ensure_shape(images, (plan.batch_size, *dataset.image_shape))
            images = disturb(images, step_seed, config.disturbance)
            images, labels = images[part.rows], labels[part.rows]
        return images, labels

    return batch


def _shown(dataset: Dataset, extra: Sequence[ExtraExamples]) -> int:
    """Return how many images an epoch has."""
    return len(dataset.y_train) + sum(one.shown for one in extra)


def _gatherer(
    dataset: Dataset, extra: Sequence[ExtraExamples], device: str | None
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Return a function that gathers images and labels at positions of an epoch, int64 (batch,).

    The training images come first, then the extra ones, repeated. The two are kept apart: joining
    them would copy the whole training part.
    """
    images_at, labels = streaming.gatherer(dataset.x_train, device), tf.constant(dataset.y_train)

    def of_dataset(place: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return images_at(place), tf.gather(labels, place)

    count, given = len(dataset.y_train), [one for one in extra if one.shown]
    if not given:
        return of_dataset
    extra_pixels = streaming.kept(np.concatenate([one.images for one in given]), device)
    extra_labels = np.concatenate([one.labels for one in given])
    ends = np.cumsum([len(one.labels) for one in given])
    own = [np.arange(end - len(one.labels), end) for one, end in zip(given, ends, strict=True)]
    shown = [np.tile(which, one.repeats) for which, one in zip(own, given, strict=True)]
    order = tf.constant(np.concatenate(shown))

    def of_both(place: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels_of = of_dataset(tf.minimum(place, count - 1))
        at, beyond = tf.gather(order, tf.maximum(place - count, 0)), place >= count
        return (
            tf.where(beyond[:, None, None, None], tf.gather(extra_pixels, at), images),
            tf.where(beyond, tf.gather(extra_labels, at), labels_of),
        )

    return of_both
