"""Fooling a network in the browser changes the picture as Python does."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.analysis import adversarial
from tests.web.javascript import call

TOYS = str(Path(__file__).with_name("toys.js"))
SHAPE, BEND = (5, 6, 1), 0.1


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("budget", [0.0, 0.05, 0.5, 3.0])
def test_the_same_picture_comes_out(random, norm, budget):
    rows = random.normal(0, 0.3, (4, *SHAPE))
    image = random.random(SHAPE).astype(np.float32)

    def explain(given: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sums = (rows * given).sum((1, 2, 3))
        logits = sums + BEND * sums**2
        if not len(weights):
            return logits, np.zeros(SHAPE)
        return logits, ((weights * (1 + 2 * BEND * sums))[:, None, None, None] * rows).sum(0)

    target = int(explain(image, np.zeros(0))[0].argmin())
    network = {"rows": rows.reshape(4, -1).tolist(), "bend": BEND}
    (found,) = call(TOYS, "fool", [[network, image.ravel().tolist(), target, budget, norm]])
    changed = np.reshape(found, SHAPE)
    assert np.allclose(changed, adversarial.fool(explain, image, target, budget, norm), atol=1e-4)
    assert adversarial.size(changed - image, norm) <= budget + 1e-5
    if budget == 3:
        assert explain(changed, np.zeros(0))[0].argmax() == target
