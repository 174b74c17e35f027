"""Who takes the steps of a training: this process, or others that divide each batch."""

from collections.abc import Sequence
from typing import Protocol

import keras

from pipeline.training import hardware
from pipeline.training.batches import Lesson, training_batches
from pipeline.training.hardware import Hardware


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
        """Leave it to Keras."""
        model.fit(
            training_batches(*lesson, first_epoch=first_epoch),
            initial_epoch=first_epoch,
            epochs=lesson.plan.epochs,
            steps_per_epoch=lesson.plan.steps,
            callbacks=list(callbacks),
            shuffle=False,  # the batches are already shuffled
            verbose=0,
        )
