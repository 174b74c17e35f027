"""Receptive fields, against what changes when a single pixel does."""

import keras
import numpy as np
import pytest
from keras import layers

from pipeline.serving.dissection import dissect
from pipeline.serving.litert import shown_layers
from pipeline.serving.receptive_field import receptive_fields

SIDE = 12


def parallel(image):
    small = layers.Conv2D(2, 1, name="small")(image)
    large = layers.Conv2D(2, 5, padding="same")(image)
    return layers.Add()([small, layers.MaxPooling2D(3, 1, padding="same")(large)])


STACKS = {
    "same": [layers.Conv2D(2, 3, padding="same"), layers.Conv2D(3, 5, padding="same")],
    "pooled": [layers.Conv2D(2, 3), layers.AveragePooling2D(2), layers.Conv2D(2, 3)],
    "strided": [
        layers.Conv2D(2, 4, strides=(1, 2)), layers.Conv2D(2, 3, strides=2, padding="same"),
    ],
    "dilated": [layers.Conv2D(2, 3, dilation_rate=3)],
    "moved": [layers.ZeroPadding2D(((3, 1), (0, 2))), layers.Cropping2D(((0, 3), (2, 0)))],
    "enlarged": [layers.AveragePooling2D(3), layers.UpSampling2D(2), layers.Conv2D(1, 3)],
    "parallel": [parallel],
    "beside": [lambda x: layers.Concatenate()([parallel(x), x])],
    "flat": [layers.AveragePooling2D(2), layers.Flatten(), layers.BatchNormalization()],
    "whole": [layers.GlobalAveragePooling2D(), layers.Dense(2)],
}  # fmt: skip


@pytest.mark.parametrize("name", STACKS)
def test_a_position_sees_what_changes_it(name):
    image = x = keras.Input((SIDE, SIDE, 1))
    for layer in STACKS[name]:
        x = layer(x)
    model = keras.Model(
        image, layers.Dense(2)(x if len(x.shape) == 2 else layers.GlobalAveragePooling2D()(x))
    )
    for weight in model.trainable_weights:  # nothing cancels out
        weight.assign(np.abs(weight) + 0.1)
    every = keras.Model(image, [layer.output for layer in shown_layers(model)])
    base = np.full((1, SIDE, SIDE, 1), 0.5, np.float32)
    pixels = np.repeat(base, SIDE * SIDE, 0)
    pixels.reshape(SIDE * SIDE, -1)[np.arange(SIDE**2), np.arange(SIDE**2)] = 9
    for before, after, field in zip(
        every([base]), every([pixels]), receptive_fields(dissect(model)), strict=True
    ):
        changed = np.abs(np.asarray(after) - np.asarray(before)) > 1e-3  # (pixels, *shape)
        changed = changed.reshape(SIDE, SIDE, *changed.shape[1:])
        if changed.ndim == 5:
            changed = changed.any(-1)
            rows, columns = changed.any((1, 3)), changed.any((0, 2))
        else:
            rows, columns = changed.any(1), changed.any(0)
        for seen, expected in ((rows, field.rows), (columns, field.columns)):
            for position, (first, last) in enumerate(expected):
                found = np.flatnonzero(seen[:, position])
                assert (first, last) == ((found[0], found[-1]) if len(found) else (0, -1))
