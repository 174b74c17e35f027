"""Measuring a network in training on the validation part, and looking at some images meanwhile.

One pass does both. Keras's own evaluation would give loss and accuracy alone, so that whatever else
is to be seen after an epoch would cost a second one.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from pipeline.analysis.plane import aligned, plane
from pipeline.data.datasets import Dataset
from pipeline.preprocess import to_model_input
from pipeline.training.looks import MAPPED, PINNED, Followed, Look
from pipeline.training.streaming import in_batches

BATCH = 500
LEAST = 1e-7  # of a probability, before its logarithm is taken


class Examined(NamedTuple):
    """What came out: loss and accuracy, and a look; the look is None if the network diverged."""

    loss: float
    accuracy: float
    look: Look | None


class Examiner(keras.callbacks.Callback):
    """Adds `val_loss` and `val_accuracy` to what an epoch is told by, before others are told."""

    def __init__(
        self,
        dataset: Dataset,
        loss: Callable[[Any, Any], Any],
        followed: Followed,
    ) -> None:
        """Set it up.

        Args:
            dataset: whose validation part is used.
            loss: as in training: int (n,) labels, float (n, classes) probabilities -> float (n,).
            followed: see `followed`; of a resumed training that of its film.
        """
        super().__init__()
        self._images, self._labels, self._loss = dataset.x_valid, np.asarray(dataset.y_valid), loss
        self._classes, self._mapped = len(dataset.class_names), mapped(len(self._labels))
        self.followed, self.pictures = followed, followed.pictures(self._images)
        self.newest: Examined | None = None
        self._places: np.ndarray | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Ask the network for the features of its last layer, too."""
        last = self.model.get_layer("probabilities")
        decides_alone = sum(bool(layer.weights) for layer in self.model.layers) == 1
        outputs = [self.model.output] if decides_alone else [self.model.output, last.input]
        inner = keras.Model(self.model.inputs, outputs)
        self._batches = in_batches(self._images, BATCH)
        self._ask = tf.function(
            lambda images: inner([images], training=False), reduce_retracing=True
        )

    def go_on_from(self, places: np.ndarray | None) -> None:
        """Lay the next map over this one."""
        self._places = places

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Examine the network on all images."""
        probabilities, features = [], []
        for batch, images in enumerate(self._batches):
            given, found = self._answer(images)
            probabilities.append(given)
            # Of the others, features would fill the memory.
            features.append(found[self._mapped[self._mapped // BATCH == batch] - batch * BATCH])
        self.newest = self._examined(
            self._labels, np.concatenate(probabilities), np.concatenate(features)
        )
        if logs is not None:
            logs |= {"val_loss": self.newest.loss, "val_accuracy": self.newest.accuracy}

    def at_once(self) -> Examined:
        """Examine the network on the images of the map alone, such as within an epoch."""
        images = to_model_input(np.asarray(self._images[self._mapped]))
        return self._examined(self._labels[self._mapped], *self._answer(tf.constant(images)))

    def _answer(self, images: tf.Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Return probabilities, and features; where only one layer learns, its logits."""
        found = self._ask(images)
        probabilities, *features = found if isinstance(found, list | tuple) else [found]
        given = np.asarray(probabilities, np.float32)
        if not features:
            return given, np.log(given + LEAST)
        inner = np.asarray(tf.cast(features[0], tf.float32))
        return given, inner.reshape(len(given), -1)

    def _examined(
        self, labels: np.ndarray, probabilities: np.ndarray, features: np.ndarray
    ) -> Examined:
        loss = float(np.mean(np.asarray(self._loss(labels, probabilities))))
        predicted = probabilities.argmax(axis=1)
        accuracy = float((predicted == labels).mean())
        if not (np.isfinite(loss) and np.isfinite(features).all()):
            return Examined(loss, accuracy, None)
        cells = np.bincount(labels * self._classes + predicted, minlength=self._classes**2)
        places = plane(features)
        if self._places is not None:
            places = aligned(places, self._places)
        self._places = places
        pinned, _ = self._answer(tf.constant(to_model_input(self.pictures)))
        matrix = cells.reshape(self._classes, self._classes)
        return Examined(loss, accuracy, Look(matrix, pinned, places))


def mapped(count: int) -> np.ndarray:
    """Choose the images of the map: int64 (m,), evenly spread over `count` ones."""
    return np.linspace(0, count - 1, min(MAPPED, count)).round().astype(np.int64)


def followed(dataset: Dataset, drawing: tuple[np.ndarray, int] | None = None) -> Followed:
    """Choose what a training is followed by: the images of a map, and five that are pinned.

    Those are of classes as far apart in their order as possible; a drawing takes the place of one.

    Args:
        dataset: its validation part is chosen from.
        drawing: uint8 (height, width, channels), and its class.
    """
    labels = np.asarray(dataset.y_valid)
    # The first image of each class, then the second of each, and so on.
    rank = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        rank[labels == label] = np.arange((labels == label).sum())
    order = np.lexsort((labels, rank))
    first = order[: max(PINNED, int((rank == 0).sum()))]
    wanted = min(PINNED, len(first)) - (drawing is not None)
    chosen = first[np.linspace(0, len(first) - 1, wanted).round().astype(np.int64)]
    shown, classes = chosen.tolist(), labels[chosen].tolist()
    drawn = np.empty((0, *dataset.image_shape), np.uint8)
    if drawing is not None:
        shown, classes, drawn = [*shown, -1], [*classes, drawing[1]], drawing[0][None]
    return Followed(
        labels[mapped(len(labels))].astype(np.int32),
        np.array(shown, np.int32),
        np.array(classes, np.int32),
        drawn.astype(np.uint8),
    )
