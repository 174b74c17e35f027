"""What films a training: a Keras callback that changes nothing of it."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from pipeline.training.checkpoint import Checkpoint
from pipeline.training.examination import Examined, Examiner
from pipeline.training.film import (
    FRAME_BYTES,
    MOST_UNITS,
    MOST_WEIGHTS,
    Film,
    moments,
)
from pipeline.training.looks import Looks, look_bytes


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

    def __init__(self, state: Checkpoint, epochs: int, steps: int, examiner: Examiner) -> None:
        """Set it up.

        Args:
            state: gets the film.
            epochs, steps: of the training, and of an epoch.
            examiner: is told of an epoch's end before this is.
        """
        super().__init__()
        self._state, self._epochs, self._steps, self._examiner = state, epochs, steps, examiner
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Choose what to film and when; a training that begins is filmed before its first step."""
        self._subject = Subject.of(self.model)
        weights = self._subject.weights()
        followed, classes = self._examiner.followed, self.model.output_shape[-1]
        if self._state.film is None:
            looks = Looks.begin(followed, classes)
            self._state.film = Film.begin(weights, looks, is_whole=self._subject.units is None)
        if self._state.film.looks is not None:
            self._examiner.go_on_from(self._state.film.looks.newest_places())
        size = sum(2 * value.size for value in weights.values()) + look_bytes(followed, classes)
        self._moments = moments(self._epochs, self._steps, size)
        if not self._state.rows:
            self._film(0, self._examiner.at_once())

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note where the training is."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Film the first epoch."""
        if self._epoch == 0 and 0 < batch + 1 < self._steps and batch + 1 in self._moments:
            self._film(batch + 1, self._examiner.at_once())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Film the end of an epoch."""
        step = (epoch + 1) * self._steps
        if self._examiner.newest is not None and step in self._moments:
            self._film(step, self._examiner.newest)

    def _film(self, step: int, found: Examined) -> None:
        if self._state.film is None or found.look is None:
            return  # a training that diverges ends here
        self._state.film = self._state.film.with_frame(
            step / self._steps, found.loss, found.accuracy, self._subject.weights(), found.look
        )


def moment(model: keras.Model, epoch: float, examiner: Examiner) -> Film | None:
    """Return one frame of a network as it was examined just now; None if it diverged."""
    found, subject = examiner.newest, Subject.of(model)
    if found is None or found.look is None:
        return None
    weights = subject.weights()
    looks = Looks.begin(examiner.followed, model.output_shape[-1])
    film = Film.begin(weights, looks, is_whole=subject.units is None)
    return film.with_frame(epoch, found.loss, found.accuracy, weights, found.look)
