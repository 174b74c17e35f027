"""Pushing a picture in the browser, against Python; and a scribble."""

import numpy as np
import pytest

from pipeline.ink import drawing
from pipeline.ink.perturbations import moved
from tests.web.javascript import call


@pytest.mark.parametrize("is_ink", [True, False])
@pytest.mark.parametrize("shape", [(28, 28, 1), (9, 14, 3)])
def test_a_picture_is_pushed_as_python_does_it(random, shape, is_ink):
    image = random.integers(0, 256, shape).astype(np.uint8)
    ways = [(0, 0), (1, 0), (-6, 0), (0, 3), (0, -2), (5, -4)]
    found = call(
        "tour/shifted.js",
        "shifted",
        [[image.ravel().tolist(), list(shape), right, down, is_ink] for right, down in ways],
    )
    for (right, down), levels in zip(ways, found, strict=True):
        expected = moved(image, right, down, is_ink=is_ink)
        assert np.array_equal(np.reshape(levels, shape), expected)


def test_a_scribble_fits_on_the_pad_and_covers_much_of_it():
    ((stroke,),) = call("tour/scribble.js", "scribble", [[280]])
    points = np.array(stroke)
    assert len(points) <= drawing.FRAME["most_points"]
    assert points.min() >= 28
    assert points.max() <= 252
    assert (np.ptp(points, axis=0) > 100).all()
    ink = drawing.from_strokes([stroke])
    assert (ink > 0).mean() > 0.15
