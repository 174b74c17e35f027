"""Data-parallel training: each step's batch divided among several workers, one process each.

Synchronous stochastic gradient descent (Chen et al. 2016, "Revisiting distributed synchronous
SGD"): every worker computes the gradients of its share of the batch, they are summed, and all
workers take the same step. What a network learns does not depend on how many there are, but for
the order in which numbers are added: a batch is that of the configuration, its augmentation is
drawn for the whole of it, batch normalization takes its statistics from all of it, and dropout
draws its mask for all of it.

`learn` is what a worker does; `follow` is what happens meanwhile where the training was started.
Neither knows how the two are connected, or how workers are started. Keras 3's own `fit` does not
work under `MultiWorkerMirroredStrategy`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from pipeline.config import STANDARD
from pipeline.errors import InklingError
from pipeline.training import networks
from pipeline.training.augmentation import Part
from pipeline.training.batches import Lesson, Share, training_batches
from pipeline.training.film import WITHIN_FIRST
from pipeline.training.hardware import computing_in
from pipeline.training.optimization import adam, cross_entropy
from pipeline.training.watch import STEPS_BETWEEN_REPORTS

Values = list[np.ndarray]


@dataclass(frozen=True)
class Start:
    """Where workers begin.

    Attributes:
        epoch: counted from 0, the first one to learn.
        variables, optimizer: values of the model's and the optimizer's variables.
        precision: as of `Hardware`.
    """

    epoch: int
    variables: Values
    optimizer: Values
    precision: str

    @classmethod
    def of(cls, model: keras.Model, epoch: int, precision: str) -> "Start":
        """Begin where a compiled model is."""
        model.optimizer.build(model.trainable_variables)
        return cls(epoch, _values(model.variables), _values(model.optimizer.variables), precision)


@dataclass(frozen=True)
class Told:
    """What a worker tells of its training.

    Attributes:
        epoch: counted from 0.
        step: of that epoch, how many are done.
        variables: of the model, where they are wanted.
        optimizer: its variables, at the end of an epoch.
        logs: loss and accuracy of the epoch, at its end.
    """

    epoch: int
    step: int
    variables: Values = field(default_factory=list)
    optimizer: Values = field(default_factory=list)
    logs: dict[str, float] = field(default_factory=dict)


def check_divisible(batch_size: int, workers: int) -> None:
    """Check that each worker gets an image of every batch.

    Raises:
        InklingError: there are more workers than images.
    """
    if workers > batch_size:
        raise InklingError(
            f"A batch of {batch_size} cannot be divided among {workers} workers. Use fewer "
            "workers, or a larger batch size."
        )


def learn(lesson: Lesson, start: Start, share: Share) -> Iterator[Told]:
    """Train as one of several workers, each of which does this at the same time.

    Args:
        lesson: what to learn; the same for all. Only the training part of its dataset is used.
        start: where to begin; the same for all.
        share: which one this is. TF_CONFIG of the environment says where the others are.

    Yields:
        Now and then, how far it is; at the film's moments, with weights; at the end of every epoch,
        with all that a checkpoint needs. All workers yield the same, so one of them may tell.
    """
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    plan = lesson.plan
    with strategy.scope(), computing_in(start.precision):
        model = _divided(_built(lesson), share.of(plan.batch_size))
        model.compile(optimizer=adam(lesson.config, plan.steps * plan.epochs))
        model.optimizer.build(model.trainable_variables)
        _assign(model.variables, start.variables)
        _assign(model.optimizer.variables, start.optimizer)
        tally = tf.Variable(
            [0.0, 0.0],
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.SUM,
        )
    step = _step(model, strategy, lesson, tally)
    batches = iter(training_batches(*lesson, first_epoch=start.epoch, share=share))
    filmed = {round(part * plan.steps) for part in WITHIN_FIRST}
    for epoch in range(start.epoch, plan.epochs):
        tally.assign(tf.zeros(2))
        for done in range(1, plan.steps + 1):
            step(*next(batches))
            if epoch == 0 and done in filmed and done < plan.steps:
                yield Told(epoch, done, _values(model.variables))
            elif done % STEPS_BETWEEN_REPORTS == 1 and done < plan.steps:
                yield Told(epoch, done)
        loss, right = (np.asarray(tally.read_value()) / plan.steps).tolist()
        logs = {"loss": loss, "accuracy": right / plan.batch_size}
        end = _values(model.variables), _values(model.optimizer.variables)
        yield Told(epoch, plan.steps, *end, logs)


def follow(
    model: keras.Model,
    told: Iterable[Told],
    epoch: int,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Let a model be where the workers are, and callbacks see it, as in Keras's `fit`.

    Args:
        model: compiled, and with an optimizer that was built.
        told: by a worker. What comes again, because an epoch was begun again after a worker was
            lost, is passed over; a step 0 says that nothing happened yet, so that a request to
            stop is heard.
        epoch: the first one, counted from 0.
        callbacks: told of the beginning, of every step that was told of, and of epochs.
    """
    watching = keras.callbacks.CallbackList(list(callbacks), model=model)
    watching.on_train_begin()
    watching.on_epoch_begin(epoch)
    furthest = (epoch, 0)
    for one in told:
        if one.step and (one.epoch, one.step) <= furthest:
            continue
        furthest = max(furthest, (one.epoch, one.step))
        if one.variables:
            _assign(model.variables, one.variables)
        watching.on_train_batch_end(one.step - 1)
        if one.logs:
            _assign(model.optimizer.variables, one.optimizer)
            watching.on_epoch_end(one.epoch, dict(one.logs))
            watching.on_epoch_begin(one.epoch + 1)


def _step(
    model: keras.Model, strategy: tf.distribute.Strategy, lesson: Lesson, tally: tf.Variable
) -> Any:
    """Return a function that takes this worker's part of a batch and lets it learn from that."""
    loss_of = cross_entropy(lesson.config.label_smoothing or 0.0)
    whole, optimizer = lesson.plan.batch_size, model.optimizer

    def replica(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            probabilities = model(images, training=True)
            # Of the whole batch: the sum over the workers is the mean over the batch.
            loss = tf.reduce_sum(loss_of(labels, probabilities)) / whole
            scaled = optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, model.trainable_variables)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            gradients = _overflowing_together(gradients)
        # Keras's optimizer sums over the workers. Who did so before would sum twice, which Adam
        # hides, since it divides by the size of the gradients, until another number goes on.
        optimizer.apply(gradients, model.trainable_variables)
        right = tf.argmax(probabilities, axis=1, output_type=labels.dtype) == labels
        tally.assign_add([loss, tf.reduce_sum(tf.cast(right, tf.float32))])

    return tf.function(lambda images, labels: strategy.run(replica, args=(images, labels)))


def _overflowing_together(gradients: list[tf.Tensor]) -> list[tf.Tensor]:
    """Make gradients NaN where any worker's have overflowed, so that all of them skip that step."""
    finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(one)) for one in gradients])
    fault = tf.where(finite, 0.0, np.nan)
    context = tf.distribute.get_replica_context()
    fault = context.all_reduce(tf.distribute.ReduceOp.SUM, fault)
    return [one + tf.cast(fault, one.dtype) for one in gradients]


def _built(lesson: Lesson) -> keras.Model:
    dataset, config = lesson.dataset, lesson.config
    classes = len(dataset.class_names)
    return networks.build(config.network, dataset.image_shape, classes, config.variant or STANDARD)


def _divided(model: keras.Model, part: Part) -> keras.Model:
    """Return a model like another, whose layers know that they see a share of each batch."""

    def divided(layer: keras.layers.Layer) -> keras.layers.Layer:
        settings = layer.get_config()
        if isinstance(layer, keras.layers.BatchNormalization):
            return layer.from_config(settings | {"synchronized": True})
        if isinstance(layer, keras.layers.Dropout):
            return DividedDropout(part, **settings)
        return layer.from_config(settings)

    return keras.models.clone_model(model, clone_function=divided)


class DividedDropout(keras.layers.Dropout):
    """Dropout whose mask is that of the whole batch, of which a worker sees its share."""

    def __init__(self, part: Part, **settings: Any) -> None:
        """Take the settings of the layer that it stands for."""
        super().__init__(**settings)
        self._part = part

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drop what it drops where one worker has the whole batch."""
        if not training or not self.rate:
            return inputs
        whole = tf.ones((self._part.batch, *inputs.shape[1:]), inputs.dtype)
        mask = keras.random.dropout(whole, self.rate, self.noise_shape, self.seed_generator)
        return inputs * mask[self._part.rows]


def _values(variables: Sequence[Any]) -> Values:
    return [np.asarray(variable) for variable in variables]


def _assign(variables: Sequence[Any], values: Values) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
