"""The arithmetic and the numbers of the tour, as Python has them."""

import numpy as np
import pytest

from pipeline.prose.texts import texts
from tests.web.javascript import call


def test_a_sum_is_taken_apart(random):
    kernel = random.normal(size=(784, 10)).astype(np.float32)
    bias = random.normal(size=10).astype(np.float32)
    given = (random.random(784) * (random.random(784) > 0.6)).astype(np.float32)
    arrays = [
        {"values": kernel.ravel().tolist(), "shape": [784, 10]},
        {"values": bias.tolist(), "shape": [10]},
        given.tolist(),
    ]
    found = call("tour/sums.js", "takenApart", [[*arrays, unit] for unit in range(10)])
    logits = given.astype(np.float64) @ kernel + bias
    for unit, sum_ in enumerate(found):
        parts = given * kernel[:, unit]
        assert np.allclose(sum_["parts"], parts, atol=1e-6)
        assert sum_["raises"] == pytest.approx(parts[parts > 0].sum(), abs=1e-4)
        assert sum_["lowers"] == pytest.approx(parts[parts < 0].sum(), abs=1e-4)
        assert sum_["sum"] == pytest.approx(logits[unit], abs=1e-4)


def test_the_weights_of_a_unit_and_the_channels_of_a_pixel():
    kernel = {"values": [1, 2, 3, 4, 5, 6], "shape": [3, 2]}
    assert call("tour/sums.js", "weightsOf", [[kernel, 0], [kernel, 1]]) == [[1, 3, 5], [2, 4, 6]]
    assert call("tour/sums.js", "overChannels", [[[1, 2, 3, 4, 5, 6], 3], [[1, 2], 1]]) == [
        [6, 15], [1, 2],
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de"])
def test_numbers_are_written_as_python_writes_them(language):
    said = texts(language)
    counts, shares = [0, 7, 784, 1500, 60_000], [0.0, 0.0625, 0.9873, 1.0]
    assert call("tour/numbers.js", "number", [[language, value, 0] for value in counts]) == [
        said.number(value) for value in counts
    ]
    assert call("tour/numbers.js", "number", [[language, 12.345, 1], [language, -3.5, 1]]) == [
        said.number(12.345, 1), said.number(-3.5, 1).replace("-", "−"),
    ]  # fmt: skip
    assert call("tour/numbers.js", "percent", [[language, share, 1] for share in shares]) == [
        said.percent(share) for share in shares
    ]
