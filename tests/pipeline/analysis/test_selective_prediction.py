import numpy as np
import pytest

from pipeline.analysis.selective_prediction import risk_coverage

# By rising confidence: wrong, right, wrong, right, right.
TOY = risk_coverage(np.array([0.9, 0.2, 0.6, 0.4, 0.8]), np.array([1, 0, 0, 1, 1], bool))


def test_errors_remain_among_those_that_are_not_passed_on():
    assert TOY.confidence.tolist() == [0.2, 0.4, 0.6, 0.8, 0.9]
    assert TOY.errors.tolist() == [2, 1, 1, 0, 0, 0]
    assert [TOY.errors_remaining(passed) for passed in (0, 1, 3)] == [2, 1, 0]


def test_a_short_curve_has_every_choice():
    assert TOY.curve().to_dict("list") == {
        "passed": [0, 1, 2, 3, 4, 5],
        "errors": [2, 1, 1, 0, 0, 0],
    }


def test_of_equally_sure_images_the_errors_are_passed_on_last():
    tied = [np.array([False, True, True]), np.array([True, True, False])]
    for correct in tied:
        assert risk_coverage(np.full(3, 0.7), correct).errors.tolist() == [1, 1, 1, 0]


def test_a_perfect_classifier_leaves_nothing_to_pass_on():
    assert risk_coverage(np.array([0.5, 1.0]), np.array([True, True])).errors.tolist() == [0, 0, 0]


def test_choices_grow_from_none_to_half():
    many = risk_coverage(np.linspace(0.1, 1, 10_000), np.ones(10_000, bool))
    assert many.choices()[:8] == [0, 10, 15, 20, 30, 50, 70, 100]
    assert many.choices()[-1] == 5000
    assert many.usual() == 100
    assert TOY.choices() == [0, 1, 2]
    assert risk_coverage(np.array([0.5]), np.array([True])).choices() == [0, 1]


def test_a_million_images_make_a_curve_that_can_be_drawn(random):
    confidence = random.random(1_000_000, dtype=np.float32)
    found = risk_coverage(confidence, random.random(1_000_000) < confidence)
    curve = found.curve()
    assert len(curve) <= 500
    assert curve["passed"].iloc[[0, 1, -1]].tolist() == [0, 1, 1_000_000]
    assert curve["errors"].is_monotonic_decreasing
    assert curve["errors"].iloc[-1] == 0


def test_what_cannot_be_covered_is_refused():
    with pytest.raises(ValueError, match="0 confidences"):
        risk_coverage(np.array([]), np.array([], bool))
    with pytest.raises(ValueError, match="1 confidences for 2 images"):
        risk_coverage(np.array([0.5]), np.array([True, False]))
