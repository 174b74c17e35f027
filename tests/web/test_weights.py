"""Weights as pictures, worked out by hand."""

import numpy as np

from tests.web.javascript import call


def test_what_units_look_for_and_found(random):
    kernel = random.normal(size=(3 * 4 * 2, 5))  # of a 3×4 picture with two channels
    given = random.random(24)
    layer = {"arrays": {"kernel": {"values": kernel.ravel().tolist(), "shape": [24, 5]}}}
    weights, found = call(
        "inside/weights.js",
        "unitPictures",
        [[layer, [3, 4, 2], None], [layer, [3, 4, 2], given.tolist()]],
    )
    expected = kernel.reshape(3, 4, 2, 5)
    assert np.allclose(np.reshape(weights, (3, 4, 5)), expected.sum(2), atol=1e-6)
    inputs = given.reshape(3, 4, 2, 1)
    assert np.allclose(np.reshape(found, (3, 4, 5)), (expected * inputs).sum(2), atol=1e-6)


def test_the_kernel_of_a_map(random):
    kernel = random.normal(size=(3, 2, 4, 6)).astype(np.float32)
    arrays = {"kernel": {"values": kernel.ravel().tolist(), "shape": list(kernel.shape)}}
    layer = {"op": "convolution", "arrays": arrays}
    (found,) = call("inside/weights.js", "weightsOf", [[layer, 4, [9, 9, 4]]])
    assert found["shape"] == [3, 2, 4]
    assert np.allclose(np.reshape(found["values"], (3, 2, 4)), kernel[..., 4])


def test_maps_are_ordered_by_strength_and_equal_ones_stay():
    values = [1, -5, 0, 0, 2, -1, 0, 0]  # two positions of four maps
    assert call("inside/weights.js", "byStrength", [[values, 4]]) == [[1, 0, 2, 3]]
    assert call("inside/weights.js", "ranges", [[values, 4]]) == [
        [[1, 2], [-5, -1], [0, 0], [0, 0]]
    ]
