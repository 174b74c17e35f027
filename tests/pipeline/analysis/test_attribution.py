"""Attribution of toys whose answers are known."""

import numpy as np
import pytest

from pipeline.analysis import attribution

SHAPE = (6, 5, 2)


@pytest.fixture
def weights(random) -> np.ndarray:
    return random.normal(size=SHAPE)


@pytest.fixture
def image(random) -> np.ndarray:
    return random.random(SHAPE)


def test_of_a_linear_network_each_pixel_adds_its_part(weights, image):
    def gradient(_: np.ndarray) -> np.ndarray:
        return weights

    def score(at: np.ndarray) -> float:
        return float((weights * at).sum()) + 3

    paper = np.zeros(SHAPE)
    expected = weights * image
    assert np.allclose(attribution.gradient_times_input(gradient, image), expected)
    assert np.allclose(attribution.integrated_gradients(gradient, image, paper, 3), expected)
    smooth = attribution.smooth_grad(gradient, image, np.random.default_rng(0), 4)
    assert np.allclose(smooth, weights)
    # A window of one pixel hides just that pixel.
    fallen = attribution.occlusion(score, image, paper, window=1, step=1)
    assert np.allclose(fallen, expected.sum(-1))


def test_integrated_gradients_add_up_to_the_difference(image):
    def score(at: np.ndarray) -> float:
        return float(np.tanh(at.sum() / 10) + (at**3).sum())

    def gradient(at: np.ndarray) -> np.ndarray:
        return (1 - np.tanh(at.sum() / 10) ** 2) / 10 + 3 * at**2

    baseline = np.full(SHAPE, 0.1)
    errors = []
    for steps in (1, 8, 64):
        found = attribution.integrated_gradients(gradient, image, baseline, steps)
        errors.append(abs(attribution.completeness_error(found, score, image, baseline)))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-3


def test_smooth_grad_sees_beyond_a_single_point():
    image = np.linspace(0, 1, 64).reshape(8, 8, 1)

    def gradient(at: np.ndarray) -> np.ndarray:
        return np.sign(at - image)  # 0 at the image itself, ±1 around it

    assert not gradient(image).any()
    found = attribution.smooth_grad(gradient, image, np.random.default_rng(0), 400)
    assert np.abs(found).max() < 0.3  # it averages out
    assert found.any()


def test_noise_follows_the_range_of_the_image():
    seen = []

    def gradient(at: np.ndarray) -> np.ndarray:
        seen.append(at)
        return at

    image = np.full((30, 30, 1), 0.5)
    image[0, 0] = 0.9
    attribution.smooth_grad(gradient, image, np.random.default_rng(0), 3)
    assert np.std(np.array(seen) - image) == pytest.approx(0.15 * 0.4, rel=0.05)


def test_occlusion_finds_the_one_pixel_that_counts(image):
    def score(at: np.ndarray) -> float:
        return float(at[3, 2, 0])

    found = attribution.occlusion(score, image, np.zeros(SHAPE), window=3, step=1)
    rows, columns = np.nonzero(found)
    # Each pixel within reach shares windows with it; the pixel itself shares all of them.
    assert np.unravel_index(found.argmax(), found.shape) == (3, 2)
    assert np.allclose(found[3, 2], image[3, 2, 0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (1, 5, 0, 4)


def test_every_pixel_is_hidden_once_at_least(image):
    for window, step in ((5, 2), (3, 3), (4, 2)):
        found = attribution.occlusion(lambda at: float(at.sum()), image, 0 * image, window, step)
        assert (found > 0).all()


def test_grad_cam_keeps_what_speaks_for_the_class():
    output = np.zeros((3, 4, 2))
    output[0, 0, 0] = output[2, 3, 1] = 2
    inner = np.zeros((3, 4, 2))
    inner[..., 0], inner[..., 1] = 0.5, -1
    expected = np.zeros((3, 4))
    expected[0, 0] = 1
    assert np.allclose(attribution.grad_cam(output, inner), expected)
