import pytest

from dashboard.figures import robustness
from dashboard.palette import palette
from pipeline.store.run_info import UnderChange

FOUND = UnderChange(budgets=(0, 0.1, 0.3), accuracy=(0.9, 0.5, 0))


@pytest.mark.parametrize(("norm", "sizes"), [("linf", [0, 10, 30]), ("l2", [0, 0.1, 0.3])])
def test_accuracy_is_drawn_against_the_size_of_the_change(norm, sizes):
    figure = robustness.under_change(FOUND, norm, palette(dark=False))
    (line,) = figure.data
    assert list(line.x) == pytest.approx(sizes)
    assert list(line.y) == pytest.approx([90, 50, 0])
    assert figure.layout.yaxis.title.text == "accuracy (%)"
    assert ("% of its range" in figure.layout.xaxis.title.text) == (norm == "linf")
