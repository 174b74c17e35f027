"""Adversarial changes in the browser are those of Python, on a linear network."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.analysis import adversarial
from tests.web.javascript import call

LINEAR = str(Path(__file__).with_name("linear.js"))
SHAPE, CLASSES = (5, 4, 2), 4


class Linear:
    """The network of `linear.js`."""

    def __init__(self, random: np.random.Generator, classes: int = CLASSES) -> None:
        self.weights = random.normal(0, 1, (classes, *SHAPE)).astype(np.float32)
        self.bias = random.normal(0, 1, classes).astype(np.float32)

    def explain(self, image: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        logits = np.tensordot(self.weights, image, 3) + self.bias
        return logits, np.tensordot(weights, self.weights[: len(weights)], 1)

    def reads(self, image: np.ndarray) -> int:
        return int(self.explain(image, np.zeros(0))[0].argmax())

    @property
    def described(self) -> dict[str, Any]:
        rows = [flat(row) for row in self.weights]
        return {"weights": rows, "bias": flat(self.bias)}


def flat(array: np.ndarray) -> list[float]:
    return array.ravel().tolist()


@pytest.fixture
def network(random) -> Linear:
    return Linear(random)


@pytest.mark.parametrize(
    ("norm", "budgets"), [("linf", (0, 0.05, 0.2, 0.5)), ("l2", (0, 0.3, 1, 3))]
)
def test_fooling_is_that_of_python(network, random, norm, budgets):
    cases, expected = [], []
    for image in random.random((5, *SHAPE)).astype(np.float32):
        for budget in budgets:
            for target in range(CLASSES):
                cases.append([network.described, flat(image), target, budget, norm])
                changed = adversarial.fool(network.explain, image, target, budget, norm)
                expected.append((changed, network.reads(changed) == target))
    found = call(LINEAR, "fool", cases)
    assert {fooled for _, fooled in found} == {True, False}
    for (changed, fooled), (wanted, is_read), (_, image, _, budget, _) in zip(
        found, expected, cases, strict=True
    ):
        np.testing.assert_allclose(changed, wanted.ravel(), atol=1e-5)
        assert fooled == is_read
        assert adversarial.size(np.subtract(changed, image), norm) <= budget + 1e-6


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_the_smallest_budget_is_the_distance_to_the_border(random, norm):
    network = Linear(random, classes=2)
    image = np.full(SHAPE, 0.5, np.float32)  # far from where values end
    logits, _ = network.explain(image, np.zeros(0))
    target = int(logits.argmin())
    normal = network.weights[target] - network.weights[1 - target]
    length = np.abs(normal).sum() if norm == "linf" else np.sqrt((normal**2).sum())
    distance = float(logits[1 - target] - logits[target]) / float(length)
    budgets = [distance * share for share in (0.25, 0.5, 0.9, 0.98, 1.02, 1.1, 2)]
    described = network.described, flat(image), target
    enough, short = call(
        LINEAR, "smallest", [[*described, budgets, norm], [*described, budgets[:4], norm]]
    )
    for (place, changed, fooled), (nearest, is_enough) in zip(
        (enough, short), ((4, True), (3, False)), strict=True
    ):
        assert (place, fooled) == (nearest, is_enough)
        assert (network.reads(np.reshape(changed, SHAPE)) == target) == is_enough
        assert adversarial.size(np.subtract(changed, flat(image)), norm) <= budgets[place] + 1e-6
