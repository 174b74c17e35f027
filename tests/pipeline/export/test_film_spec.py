"""The film of a training as the browser reads it."""

import base64

import numpy as np
import pytest

from pipeline.export import film_spec
from pipeline.training.film import Film
from pipeline.training.looks import Followed, Look, Looks

NAMES = ("a", "b")


def filmed(weights, *, looks=True, frames=2):
    parts = ([0, 1, 1], [4, -1], [1, 0])
    followed = Followed(*(np.array(part, np.int32) for part in parts),
                        np.zeros((1, 2, 3, 1), np.uint8))  # fmt: skip
    film = Film.begin(weights, Looks.begin(followed, 2) if looks else None, is_whole=False)
    places = np.array([[1, 0], [-1, 0.5], [0, 0]], np.float32)
    for number in range(frames):
        matrix = np.array([[1, 0], [number, 2 - number]])
        shares = np.array([[0.25, 0.75], [1, 0]])
        film = film.with_frame(number, 0.5, 0.75, weights, Look(matrix, shares, places))
    return film


def unpacked(text: str, kind: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind).reshape(shape)


def test_every_number_comes_through():
    found = film_spec.describe(filmed({"hidden/kernel": np.ones((6, 2))}), (2, 3, 1), NAMES)
    assert found["epochs"] == [0, 1]
    assert found["accuracies"] == [0.75, 0.75]
    looks = found["looks"]
    matrices = unpacked(looks["matrices"], "<u4", 2, 2, 2)
    assert matrices.tolist() == [[[1, 0], [0, 2]], [[1, 0], [1, 1]]]
    shares = unpacked(looks["probabilities"], "<u2", 2, 2, 2)[1] / 65_535
    assert shares.tolist() == pytest.approx(np.array([[0.25, 0.75], [1, 0]]), abs=1e-3)
    assert unpacked(looks["places"], "i1", 2, 3, 2)[0, :2].tolist() == [[127, 0], [-127, 64]]
    assert (looks["labels"], looks["pinned"]) == ([0, 1, 1], [1, 0])
    assert looks["drawn"] == [False, True]


@pytest.mark.parametrize(
    ("name", "shape", "image", "wanted"),
    [
        ("hidden/kernel", (6, 2), (2, 3, 1), (2, 3, 2)),
        ("conv/kernel", (5, 4, 3, 2), (9, 9, 3), (5, 4, 2)),
    ],
)
def test_kernels_are_pictures(name, shape, image, wanted):
    kernels = np.zeros(shape)
    kernels[..., 1] = -2
    kernels.reshape(-1, shape[-1])[0, 0] = 1
    found = film_spec.describe(filmed({name: kernels}), image, NAMES)["kernels"]
    assert (found["height"], found["width"], found["units"]) == wanted
    levels = unpacked(found["levels"], "i1", 2, 2, *wanted[:2])
    assert (levels[:, 1] == -127).all()  # the largest of a frame
    assert levels[0, 0].flat[0] == round(127 / 2 / (shape[2] if len(shape) == 4 else 1))
    assert (levels[0, 0].flat[1:] == 0).all()


def test_weights_that_are_no_picture_are_left_out():
    found = film_spec.describe(filmed({"odd/kernel": np.ones((7, 2))}), (2, 3, 1), NAMES)
    assert found["kernels"] is None
    assert film_spec.describe(filmed({"a/bias": np.ones(2)}), (2, 3, 1), NAMES)["kernels"] is None


def test_an_older_film_has_no_looks():
    older = filmed({"hidden/kernel": np.zeros((6, 2))}, looks=False)
    found = film_spec.describe(older, (2, 3, 1), NAMES)
    assert found["looks"] is None
    assert set(unpacked(found["kernels"]["levels"], "i1", -1).tolist()) == {0}
