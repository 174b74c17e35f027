"""Attribution in the browser is that of Python, on a network that can be worked out by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.analysis import attribution
from tests.web.javascript import call

TOYS = str(Path(__file__).with_name("toys.js"))
SHAPE = (6, 7, 2)


class Toy:
    """The network of `toys.js`."""

    def __init__(self, random: np.random.Generator) -> None:
        self.weights, self.curve = random.normal(0, 0.2, (2, *SHAPE))

    def score(self, image: np.ndarray) -> float:
        return float(np.tanh((self.weights * image).sum()) + (self.curve * image**2).sum())

    def gradient(self, image: np.ndarray) -> np.ndarray:
        slope = 1 - np.tanh((self.weights * image).sum()) ** 2
        return self.weights * slope + 2 * self.curve * image

    @property
    def described(self) -> dict[str, Any]:
        return {"weights": flat(self.weights), "curve": flat(self.curve)}


class Kept:
    """Random numbers that are known beforehand."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.rest = list(numbers)

    def standard_normal(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.rest.pop(0).reshape(shape)


def flat(array: np.ndarray) -> list[float]:
    return array.ravel().tolist()


def the_same(found: list[float], expected: np.ndarray) -> bool:
    return np.allclose(np.reshape(found, expected.shape), expected, atol=1e-5)


@pytest.fixture
def toy(random) -> Toy:
    return Toy(random)


@pytest.fixture
def image(random) -> np.ndarray:
    return random.random(SHAPE)


def test_gradient_times_input(toy, image):
    (found,) = call(TOYS, "gradientTimesInput", [[toy.described, flat(image)]])
    assert the_same(found, attribution.gradient_times_input(toy.gradient, image))


def test_smooth_grad(toy, image, random):
    noise = random.standard_normal((attribution.SAMPLES, image.size))
    (found,) = call(TOYS, "smoothGrad", [[toy.described, flat(image), noise.tolist()]])
    assert the_same(found, attribution.smooth_grad(toy.gradient, image, Kept(noise)))


def test_integrated_gradients_and_their_error(toy, image, random):
    paper = random.random(SHAPE) / 4
    ((found, error),) = call(
        TOYS, "integratedGradients", [[toy.described, flat(image), flat(paper)]]
    )
    expected = attribution.integrated_gradients(toy.gradient, image, paper)
    assert the_same(found, expected)
    wanted = attribution.completeness_error(expected, toy.score, image, paper)
    assert error == pytest.approx(wanted, abs=1e-5)
    assert abs(error) < 0.01


def test_grad_cam(random):
    output, gradient = random.normal(size=(2, *SHAPE))
    (found,) = call("inside/attribution.js", "gradCam", [[flat(output), flat(gradient), SHAPE]])
    assert the_same(found, attribution.grad_cam(output, gradient))


def test_occlusion(toy, image):
    paper = np.full(SHAPE, 0.25)
    (found,) = call(TOYS, "occlusion", [[toy.described, flat(image), flat(paper), SHAPE]])
    assert the_same(found, attribution.occlusion(toy.score, image, paper))


def test_noise_is_normal_and_the_same_each_time():
    one, again, other = call(
        "inside/attribution.js", "normal", [[1, 10_000], [1, 10_000], [2, 10_000]]
    )
    assert one == again
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    assert np.mean(one) == pytest.approx(0, abs=0.05)
    assert np.std(one) == pytest.approx(1, abs=0.05)
