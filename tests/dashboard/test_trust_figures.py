import numpy as np
import pandas as pd
import pytest

from dashboard.figures import trust
from dashboard.palette import palette
from pipeline.analysis.metrics import calibration_bins

LIGHT = palette(dark=False)
CURVE = pd.DataFrame({"passed": [0, 1, 2, 3, 4, 5], "errors": [2, 1, 1, 0, 0, 0]})


def test_errors_are_drawn_against_what_is_passed_on():
    at_random, least_sure, chosen = trust.risk_coverage(CURVE, 1, 1, 5, LIGHT).data
    assert list(at_random.y) == pytest.approx([2, 1.6, 1.2, 0.8, 0.4, 0])
    assert list(least_sure.y) == [2, 1, 1, 0, 0, 0]
    assert list(least_sure.x) == [trust.NONE, 1, 2, 3, 4, 5]
    assert list(least_sure.customdata[2]) == [2, 40]
    assert (list(chosen.x), list(chosen.y), list(chosen.text)) == ([1], [1], ["1"])


def test_none_has_a_place_on_the_axis():
    figure = trust.risk_coverage(CURVE, 0, 2, 5, LIGHT)
    assert list(figure.data[2].x) == [trust.NONE]
    assert list(figure.layout.xaxis.ticktext) == ["none", "1"]


def test_reliability_sets_bins_with_few_images_apart():
    confidence = np.array([0.3] * 2 + [0.95] * 4)
    bins = calibration_bins(confidence, np.array([0, 0, 1, 1, 1, 0], bool))
    diagonal, many, few, counts = trust.reliability(bins, 4, LIGHT).data
    assert list(diagonal.x) == list(diagonal.y) == [0, 100]
    assert (list(many.x), list(many.y)) == (pytest.approx([95]), [75])
    assert (list(few.x), list(few.y)) == (pytest.approx([30]), [0])
    assert few.marker.symbol == "circle-open"
    assert many.error_y.array[0] == pytest.approx(100 * (bins["accuracy_high"][1] - 0.75))
    assert list(counts.y) == [2, 4]


def test_where_all_bins_are_full_none_is_set_apart():
    bins = calibration_bins(np.ones(30), np.ones(30, bool))
    assert len(trust.reliability(bins, 20, LIGHT).data) == 3
