"""Adversarial examples of a network whose weak spots are known."""

import numpy as np
import pytest

from pipeline.analysis import adversarial

SHAPE = (4, 4, 1)


class Linear:
    """Three classes: the logit of each is the sum of its pixels."""

    def __init__(self, random: np.random.Generator) -> None:
        weights = random.normal(size=(3, *SHAPE))
        # No class is far ahead of the others on a gray image.
        self.weights = (weights - weights.mean((1, 2, 3), keepdims=True)).astype(np.float32)

    def __call__(self, image: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        logits = (self.weights * image).sum((1, 2, 3))
        given = weights if len(weights) else np.zeros(3, np.float32)
        return logits, np.tensordot(given, self.weights, 1)


@pytest.fixture
def network(random) -> Linear:
    return Linear(random)


@pytest.fixture
def image(random) -> np.ndarray:
    return (0.3 + 0.4 * random.random(SHAPE)).astype(np.float32)


def read(network: Linear, image: np.ndarray) -> int:
    return int(network(image, np.zeros(0))[0].argmax())


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_a_fooled_picture_stays_in_its_budget_and_is_read_as_the_target(network, image, norm):
    first = read(network, image)
    for target in {0, 1, 2} - {first}:
        budget = 0.25 if norm == "linf" else 0.9
        found = adversarial.fool(network, image, target, budget, norm)
        assert read(network, found) == target
        assert adversarial.size(found - image, norm) <= budget + 1e-6
        assert found.min() >= 0
        assert found.max() <= 1
        # A budget too small to get there is kept, too, and brings it nearer.
        small = adversarial.fool(network, image, target, budget / 50, norm)
        assert adversarial.size(small - image, norm) <= budget / 50 + 1e-6
        assert read(network, small) == first
        before, after = (network(at, np.zeros(0))[0] for at in (image, small))
        assert after[target] - after[first] > before[target] - before[first]


def test_the_smallest_change_of_a_linear_network_is_known(network, image):
    """In the largest-change norm it is the margin over the sum of all differences of weights."""
    first = read(network, image)
    logits = network(image, np.zeros(0))[0]
    target = int(np.argsort(logits)[-2])
    difference = network.weights[target] - network.weights[first]
    least = (logits[first] - logits[target]) / np.abs(difference).sum()
    assert read(network, adversarial.fool(network, image, target, 0.95 * least)) == first
    assert read(network, adversarial.fool(network, image, target, 1.1 * least)) != first


def test_accuracy_falls_with_the_size_of_the_change(network, random):
    images = random.random((40, *SHAPE)).astype(np.float32)
    labels = np.array([read(network, image) for image in images])
    labels[:4] = (labels[:4] + 1) % 3  # wrong from the start
    found = adversarial.accuracy_under_change(network, images, labels, [0, 0.02, 0.1, 0.6])
    assert found[0] == 0.9
    assert found == sorted(found, reverse=True)
    assert found[-1] == 0


def test_the_accuracy_is_that_of_the_smallest_changes_that_mislead(network, random):
    """In the largest-change norm, those of a linear network are known, far from black and white."""
    images = (0.4 + 0.2 * random.random((30, *SHAPE))).astype(np.float32)
    labels = np.array([read(network, image) for image in images])
    budgets = [0, 0.004, 0.01, 0.03, 0.08, 0.3]
    least = []
    for image, label in zip(images, labels, strict=True):
        logits = network(image, np.zeros(0))[0]
        apart = [network.weights[label] - network.weights[other] for other in {0, 1, 2} - {label}]
        behind = [logits[label] - logits[other] for other in {0, 1, 2} - {label}]
        sizes = zip(behind, apart, strict=True)
        least.append(min(gap / np.abs(difference).sum() for gap, difference in sizes))
    seen = []
    found = adversarial.accuracy_under_change(
        network, images, labels, budgets, on_image=lambda: seen.append(1)
    )
    assert found == pytest.approx(
        [np.mean([size >= budget for size in least]) for budget in budgets]
    )
    assert 0 < found[3] < found[1] < 1
    assert len(seen) == 30


def test_nothing_to_do_changes_nothing(network, image):
    assert np.array_equal(adversarial.fool(network, image, read(network, image), 0.1), image)
