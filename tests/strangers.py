"""Keras networks as other people make and save them: built, not trained."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

SHAPE, CLASSES = (28, 28, 1), 10


def tutorial(shape: tuple[int, int, int] = SHAPE, classes: int = CLASSES) -> keras.Sequential:
    """A convolutional network with augmentation and scaling inside, for pixels from 0 to 255."""
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.RandomRotation(0.1),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def logits() -> keras.Sequential:
    """Two dense layers on flat images, added one by one, without an activation at the end."""
    model = keras.Sequential()
    model.add(keras.Input((784,)))
    model.add(layers.Dense(16, activation="relu"))
    model.add(layers.Dense(CLASSES))
    return model


def branched() -> keras.Model:
    """Two branches with an inner network, joined; for images without a channel axis."""
    image = keras.Input((28, 28))
    x = layers.Reshape((28, 28, 1))(image)
    block = keras.Sequential([layers.Conv2D(4, 3, padding="same"), layers.ReLU()], name="block")
    joined = layers.Concatenate()([block(x), layers.Conv2D(4, 1, activation="relu")(x)])
    x = layers.GlobalAveragePooling2D()(joined)
    x = layers.Activation("softmax")(layers.Dense(CLASSES)(x))
    return keras.Model(image, x)


def saved(model: keras.Model, folder: Path, name: str = "network.keras") -> Path:
    """Save a network; return its file."""
    path = folder / name
    model.save(path)
    return path


def knowing(images: np.ndarray, labels: np.ndarray, scale: float) -> keras.Sequential:
    """The nearest mean of each class, written as a dense layer: it reads images at once.

    Args:
        images: uint8 (n, height, width, channels).
        labels: int (n,).
        scale: what it expects pixels in [0, 1] to be multiplied by.
    """
    flat = images.reshape(len(images), -1).astype(np.float32) / 255
    classes = int(labels.max()) + 1
    means = np.stack([flat[labels == label].mean(axis=0) for label in range(classes)])
    # |x − m|² without the part that is the same for every class, and not too sure of itself.
    model = keras.Sequential(
        [keras.Input(images.shape[1:]), layers.Flatten(), layers.Dense(classes)]
    )
    sure = 0.5
    model.set_weights([sure * 2 * means.T / scale, -sure * (means**2).sum(axis=1)])
    return model
