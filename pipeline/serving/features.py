"""A network's features: what it computes before it decides on the classes."""

import keras
import numpy as np

from pipeline.analysis.out_of_distribution import IMAGE
from pipeline.preprocess import to_model_input
from pipeline.serving.litert import shown_layers

BATCH = 500  # images computed at once
PARTS = 3  # an image is at most this many times as high and wide as maps of its parts


def features(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Compute for each image what the layer gets that decides on the classes.

    Args:
        model: see `feature_tensor`.
        images: uint8 (n, height, width, channels).

    Returns:
        float32 (n, dimensions).
    """
    (found,) = computed(model, [feature_tensor(model)], images)
    return found


def vectors(model: keras.Model, images: np.ndarray) -> dict[int, np.ndarray]:
    """Compute what an out-of-distribution detector looks at, by the index of the shown layer.

    Args:
        model: see `feature_tensor`.
        images: uint8 (n, height, width, channels).

    Returns:
        Float32 (n, dimensions): the images in [0, 1] under −1, the features, and the averages of
        the maps of `middle_layer`, if there is one.
    """
    shown, tensors = shown_layers(model), dict[int, keras.KerasTensor]()
    middle, last = middle_layer(model), feature_layer(model)
    if middle not in (IMAGE, last):
        tensors[middle] = keras.ops.mean(shown[middle].output, axis=(1, 2))
    if last != IMAGE:
        tensors[last] = feature_tensor(model)
    found = {IMAGE: to_model_input(images).reshape(len(images), -1)}
    return found | dict(zip(tensors, computed(model, list(tensors.values()), images), strict=True))


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
    return IMAGE


def middle_layer(model: keras.Model) -> int:
    """Return the index of the last shown layer with maps of the parts of what is in an image.

    That is, whose height and width are at least a third of the image's: further on, maps tell what
    class it is, for which they need to know little of what else is there. −1 if there is none.
    """
    _, height, width, _ = model.input_shape
    for index, layer in reversed(list(enumerate(shown_layers(model)))):
        shape = layer.output.shape
        if len(shape) == 4 and PARTS * shape[1] >= height and PARTS * shape[2] >= width:
            return index
    return IMAGE


def computed(
    model: keras.Model, tensors: list[keras.KerasTensor], images: np.ndarray
) -> list[np.ndarray]:
    """Compute tensors of a model for images: float32 (n, dimensions) each."""
    if not tensors:
        return []
    inner = keras.Model(model.inputs, tensors)
    batches = [  # a model that returns one tensor does not return a list
        keras.tree.flatten(inner([to_model_input(images[at : at + BATCH])], training=False))
        for at in range(0, len(images), BATCH)
    ]
    return [
        np.concatenate([np.asarray(found) for found in every]).reshape(len(images), -1)
        for every in zip(*batches, strict=True)
    ]
