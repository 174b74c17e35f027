"""Who takes the steps of a training: this process, or others that divide each batch."""

from collections.abc import Sequence
from typing import Protocol

import keras
import tensorflow as tf

from pipeline.training import hardware
from pipeline.training.batches import BatchMaker, Lesson, Plan, batch_maker, training_batches
from pipeline.training.hardware import Hardware
from pipeline.training.streaming import is_streamed

# What TensorFlow raises where the images exceed a GPU's memory: the second while copying them.
NO_ROOM = tf.errors.ResourceExhaustedError, tf.errors.InternalError


class Loop(Protocol):
    """What `fit` leaves to whoever takes the steps."""

    def hardware(self, *, convolutional: bool) -> Hardware:
        """Say where the steps are taken; see `hardware.detect`."""

    def run(
        self,
        model: keras.Model,
        lesson: Lesson,
        first_epoch: int,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None:
        """Train a compiled model, in place, until its last epoch or until a callback objects.

        Args:
            model: with the weights and the optimizer's state to begin with.
            lesson: what to learn.
            first_epoch: counted from 0.
            callbacks: called as by Keras's `fit`, in this process.

        Raises:
            MemoryError, tf.errors.ResourceExhaustedError: memory ran out.
        """


class InThisProcess:
    """Takes all steps here, on all GPUs that there are."""

    def hardware(self, *, convolutional: bool) -> Hardware:
        """Find what is on this machine."""
        return hardware.detect(convolutional=convolutional)

    def run(
        self,
        model: keras.Model,
        lesson: Lesson,
        first_epoch: int,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None:
        """Let a single GPU make the batches, if the images fit there; else leave it to Keras.

        Then the processor makes each batch while the step before is taken.
        """
        batch = _made_by_a_gpu(lesson)
        if batch is not None:
            take_steps(model, batch, lesson.plan, first_epoch, callbacks)
            return
        model.fit(
            training_batches(*lesson, first_epoch=first_epoch),
            initial_epoch=first_epoch,
            epochs=lesson.plan.epochs,
            steps_per_epoch=lesson.plan.steps,
            callbacks=list(callbacks),
            shuffle=False,  # the batches are already shuffled
            verbose=0,
        )


def _made_by_a_gpu(lesson: Lesson) -> BatchMaker | None:
    gpu = hardware.only_gpu()
    if gpu is None or is_streamed(lesson.dataset.x_train):
        return None
    try:
        return batch_maker(lesson, device=gpu)
    except NO_ROOM:
        return None


def take_steps(
    model: keras.Model,
    batch: BatchMaker,
    plan: Plan,
    first_epoch: int,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Train as Keras's `fit` does, which takes its batches only from the processor.

    Args:
        model: compiled; trained in place.
        batch: makes the batch of a step; see `batch_maker`.
        plan: how long.
        first_epoch: counted from 0.
        callbacks: called as by `fit`.
    """
    watching = keras.callbacks.CallbackList(list(callbacks), model=model)
    make = tf.function(batch)
    model.stop_training = False
    model.make_train_function()
    watching.on_train_begin()
    for epoch in range(first_epoch, plan.epochs):
        model.reset_metrics()
        watching.on_epoch_begin(epoch)
        for done in range(plan.steps):
            with tf.device("CPU:0"):  # where its images are chosen
                step = tf.constant(epoch * plan.steps + done, tf.int64)
            watching.on_train_batch_begin(done)
            logs = model.train_function(iter([make(step)]))
            watching.on_train_batch_end(done, logs)
        watching.on_epoch_end(epoch, model.get_metrics_result())
        if model.stop_training:
            break
    watching.on_train_end()
