"""What is drawn of a small network, worked out by hand."""

import pytest

from tests.web.javascript import call

FLAT = {"op": "flatten", "inputs": [-1], "shape": [784]}
CONVOLVED = {"op": "convolution", "inputs": [-1], "shape": [28, 28, 4]}


def dense(place: int, units: int) -> dict[str, object]:
    return {"op": "dense", "inputs": [place - 1], "shape": [units]}


@pytest.mark.parametrize(
    ("layers", "chain"),
    [
        ([FLAT, dense(1, 16), dense(2, 16), dense(3, 10)], [1, 2, 3]),
        ([FLAT, dense(1, 10)], None),  # a single layer has nothing to connect
        ([FLAT, dense(1, 128), dense(2, 10)], None),
        ([CONVOLVED, dense(1, 16), dense(2, 10)], None),
        ([FLAT, dense(1, 16), {**dense(2, 10), "inputs": [-1]}], None),
    ],
)
def test_only_a_few_units_in_a_row_are_drawn(layers, chain):
    assert call("inside/chain.js", "chainOf", [[layers]]) == [chain]


def test_the_strongest_connections_come_first_and_none_that_is_nothing():
    kernel, given = [1.0, -4.0, 3.0, 0.5, 9.0, 9.0], [2.0, 1.0, 0.0]
    (edges,) = call("inside/chain.js", "strongestEdges", [[kernel, given, 2, 3]])
    assert edges == [
        {"from": 0, "to": 1, "flow": -8}, {"from": 1, "to": 0, "flow": 3},
        {"from": 0, "to": 0, "flow": 2},
    ]  # fmt: skip
