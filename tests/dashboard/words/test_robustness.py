from datetime import UTC, datetime

import pytest

from dashboard.words import robustness as words
from pipeline.store.run_info import Robustness, UnderChange


def under(*accuracy: float) -> UnderChange:
    return UnderChange(budgets=(0, 0.05, 0.1, 1.5)[: len(accuracy)], accuracy=accuracy)


@pytest.mark.parametrize(
    ("accuracy", "norm", "said"),
    [
        (
            (0.8, 0.6, 0.3, 0.2),
            "linf",
            "Changing every value by at most 10% of its range misleads it on 62.5% of the images "
            "it gets right",
        ),
        (
            (1, 0.9, 0.6, 0),
            "l2",
            "A change of size 1.5, all values together, misleads it on every image it gets right",
        ),
        (
            (1, 0.9, 0.75),
            "linf",
            "Even changing every value by at most 10% of its range misleads it on 25.0% of the "
            "images it gets right",
        ),
        (
            (0.5, 0.5, 0.5),
            "l2",
            "Even a change of size 0.1, all values together, misleads it on none of the images it "
            "gets right",
        ),
        ((0, 0, 0), "l2", "It gets none of these images right, changed or not"),
    ],
)
def test_the_finding_is_the_smallest_change_that_misleads_on_half(accuracy, norm, said):
    assert words.finding(under(*accuracy), norm) == said


def test_how_it_was_measured_is_said():
    found = Robustness(
        by_norm={}, images=500, seed=0, iterations=20, created=datetime(2026, 1, 2, tzinfo=UTC)
    )
    said = words.how(found)
    assert "500 test images" in said
    assert "20 steps" in said
    assert "January 2, 2026" in said
