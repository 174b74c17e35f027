"""A network's features: what it computes before it decides on the classes."""

import keras
import numpy as np

from pipeline.preprocess import to_model_input
from pipeline.serving.litert import shown_layers

BATCH = 500  # images computed at once


def features(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Compute for each image what the layer gets that decides on the classes.

    Args:
        model: see `feature_tensor`.
        images: uint8 (n, height, width, channels).

    Returns:
        float32 (n, dimensions).
    """
    inner = keras.Model(model.inputs, feature_tensor(model))
    batches = range(0, len(images), BATCH)
    found = [
        np.asarray(inner([to_model_input(images[start : start + BATCH])], training=False))
        for start in batches
    ]
    return np.concatenate(found).reshape(len(images), -1)


def feature_tensor(model: keras.Model) -> keras.KerasTensor:
    """Return what the layer that decides on the classes gets; a softmax may follow that layer.

    Where the last layer joins several, it is what the network returns.
    """
    last = model.layers[-1]
    if not isinstance(last.input, keras.KerasTensor):
        return last.output
    before = last.input._keras_history.operation
    return last.input if last.weights or not getattr(before, "weights", ()) else before.input


def feature_layer(model: keras.Model) -> int:
    """Return the index of the shown layer that computes the features; −1 if it is the image."""
    shown, wanted = shown_layers(model), feature_tensor(model)
    for layer in reversed(model.layers):
        if layer.output is not wanted:
            continue
        if layer in shown:
            return shown.index(layer)
        wanted = layer.input  # passed on unchanged
    return -1
