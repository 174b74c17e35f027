import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from pipeline.analysis.significance import Comparison, mcnemar, paired_difference, sign_test


@pytest.mark.parametrize(
    ("heads", "tails", "by_hand"),
    [
        (0, 0, 1),
        (1, 0, 1),  # 2 · 1/2
        (5, 0, 0.0625),  # 2 · 1/32
        (0, 5, 0.0625),
        (4, 1, 0.375),  # 2 · (1 + 5)/32
        (3, 3, 1),  # both ways together would be more than everything
    ],
)
def test_a_fair_coin_worked_out_by_hand(heads, tails, by_hand):
    assert sign_test(heads, tails) == by_hand


@given(heads=st.integers(0, 400), tails=st.integers(1, 400))
def test_it_is_the_exact_binomial_test(heads, tails):
    expected = binomtest(heads, heads + tails, 0.5).pvalue
    assert sign_test(heads, tails) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("heads", [50_000, 49_800, 49_000, 40_000])
def test_a_hundred_thousand_images_are_no_trouble(heads):
    expected = binomtest(heads, 100_000, 0.5).pvalue
    assert sign_test(heads, 100_000 - heads) == pytest.approx(expected, rel=1e-7)


def test_what_is_too_rare_for_a_float_is_zero():
    assert sign_test(5_000, 0) == 0


def test_only_images_that_one_gets_right_and_the_other_wrong_count():
    label = np.array([0, 0, 0, 1, 1, 2])
    first = np.array([0, 1, 1, 1, 0, 0])  # right, wrong, wrong, right, wrong, wrong
    other = np.array([0, 0, 2, 0, 1, 2])  # right, fixed, wrong, broken, fixed, fixed
    assert mcnemar(label, first, other) == Comparison(fixed=3, broken=1, p_value=0.625)


def test_a_paired_difference_worked_out_by_hand():
    found = paired_difference(10, 4, 100)
    assert found.value == pytest.approx(0.06)
    assert (found.low, found.high) == pytest.approx((-0.014717, 0.132364), abs=1e-6)


@given(first=st.integers(0, 50), second=st.integers(0, 50), rest=st.integers(1, 1000))
def test_a_paired_difference_is_within_its_interval_and_turns_around(first, second, rest):
    found = paired_difference(first, second, first + second + rest)
    turned = paired_difference(second, first, first + second + rest)
    assert -1 <= found.low < found.high <= 1
    assert (turned.value, turned.low, turned.high) == pytest.approx(
        (-found.value, -found.high, -found.low)
    )


def test_other_images_are_refused():
    with pytest.raises(ValueError, match="same images"):
        mcnemar(np.zeros(3, int), np.zeros(3, int), np.zeros(1, int))
