"""Two networks' outputs are compared where their layers are the same."""

import pytest

from tests.web.javascript import call

MODULE = "inside/difference.js"
CONV, DENSE = {"name": "conv", "shape": [4, 4, 2]}, {"name": "dense", "shape": [10]}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ([CONV, DENSE], True),
        ([CONV], False),
        ([CONV, {**DENSE, "name": "logits"}], False),
        ([{**CONV, "shape": [4, 4, 3]}, DENSE], False),
    ],
)
def test_networks_with_the_same_names_and_shapes_can_be_compared(other, same):
    assert call(MODULE, "sameLayers", [[[CONV, DENSE], other]]) == [same]


def test_the_difference_is_of_either_sign():
    assert call(MODULE, "difference", [[[1, 2.5, 0], [3, 0.5, 0]]]) == [[-2, 2, 0]]
