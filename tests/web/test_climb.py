"""Climbing a class's logit, on linear networks."""

from pathlib import Path
from typing import Any

import numpy as np

from tests.web.javascript import call

LINEAR = str(Path(__file__).with_name("linear.js"))
SHAPE = (8, 10, 2)


def climb(weights: np.ndarray, image: np.ndarray, rest: float) -> list[dict[str, Any]]:
    network = {"weights": [row.ravel().tolist() for row in weights], "bias": [0] * len(weights)}
    only_first = [1, *[0] * (len(weights) - 1)]
    (frames,) = call(LINEAR, "climb", [[network, image.ravel().tolist(), only_first, SHAPE, rest]])
    return frames


def variation(image: np.ndarray) -> float:
    return float(sum(np.abs(np.diff(image, axis=axis)).sum() for axis in (0, 1)))


def test_a_climb_gives_the_class_what_it_asks_for(random):
    weights = np.zeros((2, *SHAPE))
    weights[0, :, :5], weights[0, :, 5:] = 1, -1  # bright on the left, dark on the right
    image = random.random(SHAPE)
    frames = climb(weights, image, rest=0.5)
    np.testing.assert_allclose(frames[0]["pixels"], image.ravel(), atol=1e-6)
    last = np.reshape(frames[-1]["pixels"], SHAPE)
    assert last.min() >= 0
    assert last.max() <= 1
    assert last[:, :4].min() > 0.8
    assert last[:, 6:].max() < 0.2
    assert [frame["step"] for frame in frames] == list(range(0, 101, 2))
    assert frames[-1]["logits"][0] > frames[0]["logits"][0]
    # A step costs what it gains: the only border that is left is the one that is asked for.
    assert variation(last) < 1.2 * 8 * 2


def test_where_a_class_asks_for_nothing_it_gets_smooth_and_goes_to_rest(random):
    image = random.random(SHAPE)
    last = np.array(climb(np.zeros((2, *SHAPE)), image, rest=0.25)[-1]["pixels"])
    last = last.reshape(SHAPE)
    assert variation(last) < variation(image) / 5
    assert np.abs(last - 0.25).mean() < 0.7 * np.abs(image - 0.25).mean()
