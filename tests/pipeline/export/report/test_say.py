"""Numbers as the report writes them."""

from datetime import UTC, datetime

import pytest

from pipeline.export.report.say import Say
from pipeline.prose.texts import texts

ENGLISH, GERMAN = Say(texts("en")), Say(texts("de"))


@pytest.mark.parametrize(
    ("share", "english", "german"),
    [
        (1, "100%", "100\N{NBSP}%"),
        (0.99999, "99.99%", "99,99\N{NBSP}%"),
        (0.996, "99.60%", "99,60\N{NBSP}%"),
        (0.985, "98.5%", "98,5\N{NBSP}%"),
        (0.0001, "under 0.1%", "unter 0,1 %"),
        (0, "0%", "0\N{NBSP}%"),
    ],
)
def test_shares_have_the_digits_that_mean_something(share: float, english: str, german: str):
    assert (ENGLISH.share(share), GERMAN.share(share)) == (english, german)


def test_counts_out_of_a_number_are_rounded_outwards():
    assert Say.counts_of(0.98456, 0.99234, 100) == {"low": 98, "high": 100, "of": 100}
    assert Say.counts_of(0.994, 1.0, 1000) == {"low": 994, "high": 1000, "of": 1000}


def test_chosen_shares_have_no_needless_digits():
    assert [ENGLISH.whole(share) for share in (0, 0.005, 0.07, 0.3)] == ["0%", "0.5%", "7%", "30%"]
    assert GERMAN.whole(0.005) == "0,5\N{NBSP}%"


def test_days_and_points_and_chances():
    day = datetime(2026, 3, 9, tzinfo=UTC)
    assert (ENGLISH.day(day), GERMAN.day(day)) == ("March 9, 2026", "9. März 2026")
    assert (ENGLISH.points(0.0012), GERMAN.points(-0.0012)) == ("+0.12", "−0,12")
    assert ENGLISH.chance(0.0025) == "1 time in 400"
    assert ENGLISH.chance(1e-9) == "less than 1 time in a million"
    assert (ENGLISH.decimal(0.004), GERMAN.decimal(1.5), GERMAN.decimal(10)) == (
        "0.004",
        "1,5",
        "10",
    )


def test_intervals_and_axes_have_the_same_digits_throughout():
    assert ENGLISH.interval(0.98204, 0.99294) == "98.2% to 99.3%"
    assert ENGLISH.interval(0.99456, 0.99706) == "99.46% to 99.71%"
    assert ENGLISH.interval(0.9, 0.99999) == "90.0% to 99.9%"
    assert ENGLISH.interval(0.99, 1) == "99.00% to 100%"
    assert ENGLISH.axis([0.9, 0.925, 0.95]) == ["90.0%", "92.5%", "95.0%"]
