"""What films a training: a Keras callback that changes nothing of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from pipeline.data.datasets import Dataset
from pipeline.preprocess import to_model_input
from pipeline.training.checkpoint import Checkpoint
from pipeline.training.film import (
    FRAME_BYTES,
    MOST_UNITS,
    MOST_WEIGHTS,
    Film,
    moments,
)

MEASURED = 500  # validation images within the first epoch; more would slow the training down


@dataclass(frozen=True)
class Subject:
    """What is filmed of a network.

    Attributes:
        variables: by name.
        units: how many of the last axis are filmed; None for a network that is filmed whole.
    """

    variables: dict[str, Any]
    units: int | None

    @classmethod
    def of(cls, model: keras.Model) -> "Subject":
        """Choose all weights of a small network, and the first kernels of a larger one."""
        weights = {
            f"{layer.name}/{variable.name}": variable
            for layer in model.layers
            for variable in layer.weights
        }
        if model.count_params() <= MOST_WEIGHTS:
            return cls(weights, None)
        name, kernel = next(item for item in weights.items() if item[0].endswith("/kernel"))
        seen = int(np.prod(kernel.shape[:-1]))
        fitting = max(1, FRAME_BYTES // (2 * seen))
        return cls({name: kernel}, min(MOST_UNITS, fitting, kernel.shape[-1]))

    def weights(self) -> dict[str, np.ndarray]:
        """Return their values as they are now."""
        return {
            name: np.asarray(variable)[..., : self.units]
            for name, variable in self.variables.items()
        }


class Camera(keras.callbacks.Callback):
    """Keeps frames in a training's state, before the state is kept itself."""

    def __init__(
        self,
        state: Checkpoint,
        epochs: int,
        steps: int,
        dataset: Dataset,
        loss: Callable[[Any, Any], Any],
    ) -> None:
        """Set it up.

        Args:
            state: gets the film.
            epochs, steps: of the training, and of an epoch.
            dataset: some of its validation part is looked at within the first epoch.
            loss: as in training: int (n,) labels, float (n, classes) probabilities -> float (n,).
        """
        super().__init__()
        self._state, self._epochs, self._steps, self._loss = state, epochs, steps, loss
        rows = np.linspace(0, len(dataset.y_valid) - 1, min(MEASURED, len(dataset.y_valid)))
        self._rows = rows.round().astype(np.int64)
        self._dataset = dataset
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Choose what to film and when; a training that begins is filmed before its first step."""
        self._subject = Subject.of(self.model)
        weights = self._subject.weights()
        if self._state.film is None:
            self._state.film = Film.begin(weights, is_whole=self._subject.units is None)
        size = sum(2 * value.size for value in weights.values())
        self._moments = moments(self._epochs, self._steps, size)
        if not self._state.rows:
            self._film(0, *self._measured())

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note where the training is."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Film the first epoch."""
        if self._epoch == 0 and 0 < batch + 1 < self._steps and batch + 1 in self._moments:
            self._film(batch + 1, *self._measured())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Film the end of an epoch."""
        step = (epoch + 1) * self._steps
        if logs and step in self._moments:
            self._film(step, float(logs["val_loss"]), float(logs["val_accuracy"]))

    def _film(self, step: int, loss: float, accuracy: float) -> None:
        if self._state.film is None or not np.isfinite(loss):
            return  # a training that diverges ends here
        self._state.film = self._state.film.with_frame(
            step / self._steps, loss, accuracy, self._subject.weights()
        )

    def _measured(self) -> tuple[float, float]:
        """Return the loss and the accuracy on some of the validation images.

        Not with `evaluate`: that would begin the measures of the running epoch anew.
        """
        labels = self._dataset.y_valid[self._rows]
        images = to_model_input(self._dataset.x_valid[self._rows])
        probabilities = np.asarray(self.model(images, training=False))
        loss = np.mean(np.asarray(self._loss(labels, probabilities)))
        return float(loss), float((probabilities.argmax(axis=1) == labels).mean())
