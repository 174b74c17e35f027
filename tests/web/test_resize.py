"""Python and the exported pages resize to the same pixels."""

import numpy as np
import pytest
from PIL import Image

from pipeline.ink import drawing, pictures
from tests.web.javascript import call

SHAPES = [(8, 8, 1), (14, 40, 1), (28, 28, 1), (28, 28, 3), (32, 32, 3), (64, 64, 1), (64, 9, 3)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [(28, 28), (97, 31), (5, 300)])
def test_a_picture_is_resized_alike(random, shape, size):
    height, width, channels = shape
    levels = random.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    picture = Image.fromarray(levels)
    rgba = np.asarray(picture.convert("RGBA")).ravel().tolist()
    (data,) = call("resize.js", "levels", [[rgba, channels]])
    image = {"data": data, "width": size[0], "height": size[1], "channels": channels}
    (found,) = call("resize.js", "resized", [[image, width, height]])
    assert np.array_equal(
        np.array(found["data"], np.uint8).reshape(shape), pictures.fitted(picture, shape)
    )


def test_a_drawing_is_fitted_to_every_network_alike():
    strokes = [[[60, 60], [200, 60], [120, 220]], [[90, 150], [180, 150]]]
    ink = drawing.from_strokes(strokes)
    flat = ink.ravel().tolist()
    found = call("resize.js", "inkToImage", [[flat, drawing.SIZE, shape] for shape in SHAPES])
    for shape, image in zip(SHAPES, found, strict=True):
        expected = drawing.ink_to_image(ink, shape)
        assert np.array_equal(np.array(image, np.uint8).reshape(shape), expected)
